export type Child = Node | string | undefined | false;

type Attribute = string | number | boolean | undefined | ((event: Event) => void);

/** Creates an element. An attribute that is a function becomes a listener (`onclick`). */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Attribute> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** An element, and how to update it with what it shows. */
export interface View<Shown> {
  element: HTMLElement;
  update(shown: Shown): void;
}

/** The heading of a screen; it gets the focus when the screen appears. */
export function heading(text: string): HTMLHeadingElement {
  return h("h2", { tabindex: -1 }, text);
}

/** A message in a box with an icon. */
export function notice(kind: "error" | "warning" | "success", ...children: Child[]) {
  const icon = { error: "✕", warning: "!", success: "✓" }[kind];
  return h(
    "div",
    { class: `notice ${kind}` },
    h("span", { class: "icon", "aria-hidden": "true" }, icon),
    h("div", {}, ...children),
  );
}

export function spinner(): HTMLElement {
  return h("span", { class: "spinner", "aria-hidden": "true" });
}
