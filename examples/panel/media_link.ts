import { type Message, type WppClient, WppError } from "../../client/wpp_client.ts";

/** The link to a message's file; what it gives is a problem to show, or none. */
export class MediaLink {
  readonly #wpp: WppClient;
  readonly #message: Message;

  constructor(wpp: WppClient, message: Message) {
    this.#wpp = wpp;
    this.#message = message;
  }

  /** Null: there is no such file. Undefined: it could not be asked for. */
  async get(): Promise<string | null | undefined> {
    try {
      return await this.#wpp.media(this.#message);
    } catch (error) {
      if (!(error instanceof WppError)) throw error;
      return undefined; // the inbox says what is wrong with the connection or the sign-in
    }
  }

  /**
   * Saves the file, never showing it: on another origin than the page's, `download` of a link is
   * ignored, and Storage's own parameter has it saved.
   */
  async save(name: string): Promise<boolean> {
    const link = await this.get();
    if (!link) return false;
    const anchor = document.createElement("a");
    anchor.href = this.#message.media?.path ? `${link}&download=${encodeURIComponent(name)}` : link;
    anchor.download = name;
    anchor.rel = "noopener noreferrer";
    anchor.target = "_blank";
    anchor.click();
    return true;
  }
}
