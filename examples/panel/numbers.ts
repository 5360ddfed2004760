import { type Connection, type WppClient, WppError } from "../../client/wpp_client.ts";
import { disconnectQuestion } from "./disconnect_question.ts";
import { h, heading, notice } from "./dom.ts";
import { keepFocus } from "./keep_focus.ts";
import { errorText, t } from "./language.ts";
import { nameForm } from "./name_form.ts";
import { numberRow } from "./number_row.ts";
import { ask } from "./question.ts";

interface NumbersActions {
  /** Looks at that number, and sends from it; left out, at the primary one. */
  choose(session?: string): void;
  /** Goes on looking at that number, also when another becomes the primary one. */
  stay(session: string): void;
  /** Something was changed here. */
  onDone(): void;
  connect(session: string): void;
  /** The sign-in has ended. */
  onLost(error: WppError): void;
}

/** The organization's numbers: a list in which they are renamed, chosen, disconnected and added. */
export class Numbers {
  readonly element = h("section", { class: "card numbers", hidden: true });
  readonly #wpp: WppClient;
  readonly #actions: NumbersActions;
  #connections: Connection[] = [];
  /** What the page looks at, and how it stands: newer than the list. */
  #shown: { session?: string; status?: Connection["status"] } = {};
  /** The session whose name is being changed, or `new`. */
  #form: string | undefined;
  /** Whether a question is open, which gives the focus back to its button. */
  #isAsking = false;
  #canAdd = true;
  #problem: WppError | undefined;

  constructor(wpp: WppClient, actions: NumbersActions) {
    this.#wpp = wpp;
    this.#actions = actions;
  }

  /** Says which number the page looks at, and how that stands. */
  saw(session: string | undefined, status: Connection["status"]): void {
    const isKnown = this.#shown.session === session && this.#shown.status === status;
    this.#shown = { session, status };
    if (!isKnown) this.#redraw();
  }

  /** Shows these numbers. */
  show(connections: Connection[]): void {
    if (connections === this.#connections) return;
    this.#connections = connections;
    this.#redraw();
  }

  /** Draws the list, in the current language; the focus stays where it is. */
  draw(): void {
    const giveFocusBack = keepFocus(this.element, ".add");
    this.element.hidden = this.#connections.length === 0 && !this.#problem;
    this.element.replaceChildren(
      heading(t().numbers),
      ...(this.#problem ? [problemNotice(this.#problem)] : []),
      h("ul", {}, ...this.#connections.map((one) => this.#row(one))),
      this.#adding(),
    );
    giveFocusBack();
  }

  /** Draws it unless a form is open: what was typed would be lost. */
  #redraw(): void {
    if (this.#form === undefined && !this.#isAsking) this.draw();
  }

  #row(connection: Connection): HTMLElement {
    const { session } = connection;
    const isShown = session === this.#shown.session;
    const status = isShown && this.#shown.status || connection.status;
    const isOnly = this.#connections.length === 1;
    const isRenamed = this.#form === session;
    return numberRow({ ...connection, status }, { isOnly, isShown, isRenamed }, {
      choose: () => this.#actions.choose(session),
      makePrimary: () => this.#makePrimary(session),
      beginRename: () => this.#open(session),
      rename: async (name) => {
        const renamed = await this.#wpp.updateConnection({ session, name });
        this.#form = undefined;
        this.#changed(renamed);
      },
      cancelRename: () => this.#close(session),
      disconnect: () => this.#disconnect(connection),
      connect: () => this.#actions.connect(session),
    });
  }

  #adding(): HTMLElement {
    if (!this.#canAdd) {
      return h(
        "div",
        { class: "add", tabindex: -1 },
        notice("warning", errorText("not_supported")),
      );
    }
    if (this.#form !== "new") {
      const onclick = () => this.#open("new");
      return h("button", { type: "button", class: "small add", onclick }, t().add);
    }
    return nameForm({
      id: "new",
      name: "",
      hint: t().addHint,
      submit: t().addButton,
      save: (name) => this.#add(name),
      cancel: () => this.#close(),
    });
  }

  /** The name tells which number is meant: added again after an answer that was lost, it is one. */
  async #add(name: string): Promise<void> {
    try {
      const { session } = await this.#wpp.create({ another: true, name });
      this.#form = undefined;
      // Else the user has gone on elsewhere meanwhile.
      if (this.element.isConnected) this.#actions.connect(session);
    } catch (error) {
      if (!(error instanceof WppError && error.code === "not_supported")) throw error;
      this.#canAdd = false;
      this.#close();
    }
  }

  async #makePrimary(session: string): Promise<void> {
    if (this.#shown.session !== undefined) this.#actions.stay(this.#shown.session);
    try {
      this.#changed(await this.#wpp.updateConnection({ session, isPrimary: true }));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #disconnect(connection: Connection): Promise<void> {
    const { session } = connection;
    try {
      this.#isAsking = true;
      const isDone = await ask(disconnectQuestion(this.#wpp, connection));
      this.#isAsking = false;
      if (!isDone) return this.draw();
      this.#changed({ ...connection, status: "disconnected" });
      if (session === this.#shown.session) this.#actions.choose();
    } catch (error) {
      this.#isAsking = false;
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (!(error instanceof WppError)) throw error;
    if (error.code === "unauthorized") return this.#actions.onLost(error);
    this.#problem = error;
    this.draw();
  }

  /** Opens the form that renames that number, or adds one. */
  #open(form: string): void {
    this.#form = form;
    this.draw();
    this.element.querySelector<HTMLInputElement>("form input")?.select();
  }

  #close(session?: string): void {
    this.#form = undefined;
    this.draw();
    this.#focus(session);
  }

  /** Shows what came of a change at once, before the numbers are read anew. */
  #changed(row: Connection): void {
    this.#problem = undefined;
    this.#connections = this.#connections.map((one) => {
      if (one.integrationId === row.integrationId) return row;
      return row.isPrimary ? { ...one, isPrimary: false } : one;
    });
    this.draw();
    this.#focus(row.session);
    this.#actions.onDone();
  }

  /** Focuses that number; without a session, what is offered for adding one. */
  #focus(session?: string): void {
    const rows = [...this.element.querySelectorAll<HTMLElement>("li")];
    const row = rows.find((one) => one.dataset.session === session);
    (row ?? this.element.querySelector<HTMLElement>(".add"))?.focus();
  }
}

function problemNotice({ code }: WppError): HTMLElement {
  const title = h("strong", {}, t().numbersFailed);
  return h("div", { role: "alert" }, notice("error", title, h("span", {}, errorText(code))));
}
