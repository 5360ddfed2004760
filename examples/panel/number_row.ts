import type { Connection } from "../../client/wpp_client.ts";
import { h } from "./dom.ts";
import { t } from "./language.ts";
import { nameForm } from "./name_form.ts";

interface RowOptions {
  /** It is the organization's only one. */
  isOnly: boolean;
  /** The page looks at it, and sends from it. */
  isShown: boolean;
  /** Its name is being changed. */
  isRenamed: boolean;
}

interface RowActions {
  choose(): void;
  makePrimary(): void;
  beginRename(): void;
  rename(name: string): Promise<void>;
  cancelRename(): void;
  disconnect(): void;
  connect(): void;
}

/** What a number is called: by its session where it has no name. */
export function nameOf({ name, session }: Connection): string {
  return name ?? session;
}

/** A number in the list: its name and state, and what can be done with it. */
export function numberRow(
  connection: Connection,
  options: RowOptions,
  actions: RowActions,
): HTMLLIElement {
  const { session, integrationId: id } = connection;
  const form = () =>
    nameForm({
      id,
      name: nameOf(connection),
      submit: t().save,
      save: actions.rename,
      cancel: actions.cancelRename,
    });
  return h(
    "li",
    // Focusable, so that the focus has a place after a change.
    { "data-session": session, "aria-current": options.isShown && "true", tabindex: -1 },
    ...(options.isRenamed
      ? [form()]
      : [facts(connection, options), buttons(connection, options, actions)]),
  );
}

function facts(connection: Connection, { isOnly, isShown }: RowOptions): HTMLElement {
  const { integrationId, session, name, status, phone, isPrimary } = connection;
  return h(
    "div",
    { class: "number" },
    h("strong", { id: `number-${integrationId}` }, nameOf(connection)),
    h("span", { class: `state ${status}` }, t().states[status]),
    !isOnly && isPrimary && h("span", { class: "tag" }, t().primary),
    !isOnly && isShown && h("span", { class: "tag" }, t().shown),
    phone !== null && h("span", { class: "hint" }, phone),
    !isOnly && name !== null && h("code", { class: "hint" }, session),
  );
}

function buttons(
  { integrationId, status, isPrimary }: Connection,
  { isOnly, isShown }: RowOptions,
  actions: RowActions,
): HTMLElement {
  const button = (text: string, onclick: () => void) =>
    h(
      "button",
      // Several numbers have the same buttons: the description says whose each is.
      { type: "button", class: "small", onclick, "aria-describedby": `number-${integrationId}` },
      text,
    );
  const isDisconnected = status === "disconnected";
  return h(
    "div",
    { class: "buttons" },
    !isDisconnected && !isShown && button(t().choose, actions.choose),
    !isDisconnected && !isOnly && !isPrimary && button(t().makePrimary, actions.makePrimary),
    isDisconnected && !isShown && button(t().connectAgain, actions.connect),
    button(t().rename, actions.beginRename),
    !isDisconnected && button(t().disconnect, actions.disconnect),
  );
}
