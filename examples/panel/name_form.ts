import { WppError } from "../../client/wpp_client.ts";
import { h, notice } from "./dom.ts";
import { errorText, t } from "./language.ts";
import { requestId } from "./problem.ts";

/** What wpp-create and wpp-connections take. */
const MAX_NAME_CHARACTERS = 100;

interface NameFormOptions {
  /** Makes the field's id unique. */
  id: string;
  name: string;
  hint?: string;
  submit: string;
  /** Its errors are shown in the form, and can be mended there. */
  save(name: string): Promise<unknown>;
  cancel(): void;
}

/** A form for the name of a number. Escape cancels it. */
export function nameForm({ id, name, hint, submit, save, cancel }: NameFormOptions): HTMLElement {
  const input = h("input", {
    id: `name-${id}`,
    type: "text",
    autocomplete: "off",
    required: true,
    pattern: ".*\\S.*",
    maxlength: MAX_NAME_CHARACTERS,
    value: name,
    "aria-describedby": hint && `name-${id}-hint`,
  });
  const button = h("button", { class: "primary", type: "submit" }, submit);
  const outcome = h("div", { role: "alert" });

  async function onsubmit(event: Event) {
    event.preventDefault();
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    button.textContent = t().saving;
    outcome.replaceChildren();
    try {
      await save(input.value.trim());
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      outcome.append(notice("error", errorText(error.code), requestId(error.requestId)));
      input.focus();
    } finally {
      button.removeAttribute("aria-disabled");
      button.textContent = submit;
    }
  }

  return h(
    "form",
    { onsubmit, onkeydown: (event) => (event as KeyboardEvent).key === "Escape" && cancel() },
    h("label", { for: input.id }, t().name),
    input,
    hint && h("p", { class: "hint", id: `name-${id}-hint` }, hint),
    outcome,
    h(
      "div",
      { class: "buttons" },
      button,
      h("button", { type: "button", onclick: cancel }, t().cancel),
    ),
  );
}
