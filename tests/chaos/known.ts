import type { PlannedCall } from "./planned_call.ts";
import type { Outcome } from "./callers.ts";

/** Named where nothing better is known: no connection and no message has these. */
const NO_SESSION = "9999999999999";
const NO_MESSAGE = "00000000-0000-4000-8000-999999999999";

/** What callers learn from the answers that they get, and need for their next calls. */
export class Known {
  /** By organization: the present session of each connection, in the order of their creation. */
  readonly #sessions = new Map<number, Map<string, string>>();
  /** By text. */
  readonly #messageIds = new Map<string, string>();
  readonly #inputs = new Map<string, Record<string, unknown>>();

  learn({ call, status, body }: Outcome): void {
    const answer = body as Record<string, string>;
    if (call.name === "wpp-create" && (status === 200 || status === 201)) {
      const sessions = this.#sessions.get(call.organization) ?? new Map();
      this.#sessions.set(call.organization, sessions.set(answer.integrationId, answer.session));
    }
    if (call.message && status === 202) this.#messageIds.set(call.message.text, answer.messageId);
  }

  /** The input of a planned call; a message that is sent again is sent as it was before. */
  inputOf({ organization, input, target, isForeign, message, name, deletes }: PlannedCall) {
    if (name === "wpp-delete") {
      return { messageId: this.#messageIds.get(deletes ?? "") ?? NO_MESSAGE };
    }
    const owner = isForeign ? neighbourOf(organization) : organization;
    const session = target === undefined ? {} : { session: this.#sessionOf(owner, target) };
    if (!message) return { ...input, ...session };
    const { to, text, picture } = message;
    const media = picture ? { media: { path: picture.path } } : {};
    const before = this.#inputs.get(text) ?? { to, text, ...media, ...session };
    this.#inputs.set(text, before);
    return before;
  }

  #sessionOf(organization: number, target: number): string {
    const sessions = [...this.#sessions.get(organization)?.values() ?? []];
    return sessions[target % sessions.length] ?? NO_SESSION;
  }
}

/** One that began earlier, but for the first one. */
function neighbourOf(organization: number): number {
  return organization === 0 ? 1 : organization - 1;
}
