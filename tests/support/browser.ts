import { createWppClient, type SendKeyStore } from "../../client/wpp_client.ts";
import { memoryStore } from "../../client/send_key_store.ts";
import {
  createdAnswer,
  failure,
  json,
  noNetwork,
  type Reply,
  REQUEST_ID,
  Script,
} from "./script.ts";

export const MESSAGE = { to: "+79991112233", text: "Hello, Ada" };
export const lost = noNetwork();
export const refused = failure(502, "gateway_error", false);
export const unauthorized = failure(401, "unauthorized", false);
export const accepted = json(202, {
  ...createdAnswer(),
  messageId: REQUEST_ID,
  taskId: "t",
  to: "+7",
});

/** A browser on one store, in which pages come and go: each a client of its own. */
export class Browser implements Disposable {
  readonly script = new Script();
  readonly store: SendKeyStore;

  constructor(store: SendKeyStore = memoryStore()) {
    this.store = store;
  }

  page(user = "ada") {
    const { functions } = this.script.supabase;
    const session = { user: { id: user } };
    const auth = { getSession: () => Promise.resolve({ data: { session } }) };
    return createWppClient({ functions, auth }, { sendKeys: this.store });
  }

  /** Sends from a page of its own; the error, if one comes. */
  async send(reply: Reply, page = this.page(), options = {}, message = MESSAGE) {
    this.script.answers["wpp-send"] = [reply];
    return await page.send({ ...message }, options).then(() => undefined, (error) => error);
  }

  /** The key of each send so far, named in the order of their coming. */
  get keys(): number[] {
    const keys = this.script.sent.map(({ headers }) => headers.get("idempotency-key")!);
    return keys.map((key) => [...new Set(keys)].indexOf(key));
  }

  [Symbol.dispose](): void {
    this.script[Symbol.dispose]();
  }
}
