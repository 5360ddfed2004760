import { base64url } from "../deps/jose.ts";
import { z } from "../deps/zod.ts";
import { sha256 } from "../lib/sha256.ts";
import type { Database } from "../store/database.ts";
import type { Vault } from "../store/vault.ts";
import type { Connection } from "./connections.ts";

/** The tokens in the URLs by which the platform calls us, one for each connection. */
export class Webhooks {
  readonly #database: Database;
  readonly #vault: Vault;

  constructor(database: Database, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
  }

  /**
   * The token of a connection's webhook, made where there is none yet: for whoever is to tell the
   * platform now. Undefined when that is not due, or somebody else does it.
   *
   * @param url The webhook's URL without its token.
   * @param anyway Also where it is not due.
   */
  async claim(
    { id, credentialsId }: Connection,
    url: string,
    anyway: boolean,
  ): Promise<string | undefined> {
    const token = newToken();
    const sealed = await this.#vault.seal(token, id, "webhook_token");
    const data = await this.#database.detached().call("messenger_claim_webhook", {
      p_id: id,
      p_credentials_id: credentialsId,
      p_url: url,
      p_digest: sha256(token),
      p_token: sealed,
      p_anyway: anyway,
    });
    const stored = z.string().nullable().parse(data);
    if (stored === null) return undefined;
    return (await this.#vault.unseal(stored, id, "webhook_token")).value;
  }

  /**
   * Notes that the platform was told, or that it does not know that call. The token is encrypted again,
   * since the key that it was stored with may be on its way out.
   */
  async note({ id }: Connection, token: string, isRegistered: boolean): Promise<void> {
    const sealed = await this.#vault.seal(token, id, "webhook_token");
    await this.#database.detached().call("messenger_note_webhook", {
      p_id: id,
      p_digest: sha256(token),
      p_is_registered: isRegistered,
      p_token: sealed,
    });
  }
}

/** 256 random bits, in the form that a webhook's token must have. */
function newToken(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
}
