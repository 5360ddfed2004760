import type { ConnectionStatus } from "../contract/fields.ts";
import { z } from "../deps/zod.ts";
import { AppError } from "../errors.ts";
import { inBackground } from "../lib/background.ts";
import type { Database } from "../store/database.ts";
import type { Vault } from "../store/vault.ts";
import type { ConnectionRow } from "./connection_row.ts";

/** A connection whose creation has finished, with its secrets decrypted. */
export interface Connection {
  id: string;
  session: string;
  status: ConnectionStatus;
  apiKey: string;
  /** Handed out less than a minute ago, by the database's clock. */
  isNewKey: boolean;
  accessToken: string | null;
  accessTokenExpiresAt: number | null;
  /** Changes with the apiKey alone. */
  credentialsId: string;
  /** The platform has not been asked to start the session within a minute, and the key is not new. */
  startIsDue: boolean;
  /** What the platform was last told as the webhook's URL, without its token. */
  webhookUrl: string | null;
  /** It is to be told again. */
  webhookIsDue: boolean;
}

/** By which a row is known to be the same connection still. */
type Credentials = Pick<Connection, "id" | "credentialsId">;

/** Rows of `messenger_integrations`, once they are found. */
export class Connections {
  readonly #database: Database;
  readonly #vault: Vault;

  constructor(database: Database, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
  }

  /** Stores the status, if it changed, unless the connection was renewed or ended meanwhile. */
  async saveStatus(connection: Connection, status: ConnectionStatus): Promise<void> {
    if (status === connection.status) return;
    await update(this.#database, connection, { status });
  }

  /** Whether the platform may now be asked to start the session: once a minute, whoever asks. */
  async claimStart({ id, credentialsId }: Connection): Promise<boolean> {
    const data = await this.#database.detached().call("messenger_claim_start", {
      p_id: id,
      p_credentials_id: credentialsId,
    });
    return z.boolean().parse(data);
  }

  /** Notes that the platform does not know the call that starts a session. */
  async giveUpStart(connection: Connection): Promise<void> {
    await update(this.#database.detached(), connection, { start_requested_at: "infinity" });
  }

  /** Stores the platform's token for other isolates, unless the connection was renewed or ended meanwhile. */
  async saveToken(
    connection: Credentials,
    token: { value: string; expiresAt: number },
  ): Promise<void> {
    const sealed = await this.#vault.seal(token.value, connection.id, "access_token");
    await update(this.#database.detached(), connection, {
      access_token: sealed,
      access_token_expires_at: new Date(token.expiresAt).toISOString(),
    });
  }

  /**
   * A row with its secrets decrypted. Those that are not under the newest key are re-encrypted in
   * the background.
   *
   * @throws AppError `integration_not_found` for a row whose creation has not finished.
   */
  async unseal(row: ConnectionRow): Promise<Connection> {
    if (!row.session || !row.api_key) throw new AppError("integration_not_found");
    const apiKey = await this.#vault.unseal(row.api_key, row.id, "api_key");
    const token = row.access_token === null
      ? undefined
      : await this.#vault.unseal(row.access_token, row.id, "access_token");
    const connection = {
      id: row.id,
      session: row.session,
      status: row.status,
      apiKey: apiKey.value,
      isNewKey: row.api_key_is_new,
      accessToken: token?.value ?? null,
      accessTokenExpiresAt: row.access_token_expires_at,
      credentialsId: row.credentials_id,
      startIsDue: row.start_is_due,
      webhookUrl: row.webhook_url,
      webhookIsDue: row.webhook_is_due,
    };
    if (apiKey.stale || token?.stale) inBackground(this.#reencrypt(connection, row.access_token));
    return connection;
  }

  /** The stored token guards itself: it may be replaced while its credentials stay. */
  async #reencrypt(connection: Connection, storedToken: string | null): Promise<void> {
    const { id, apiKey, accessToken, credentialsId } = connection;
    const token = accessToken && await this.#vault.seal(accessToken, id, "access_token");
    const sealedApiKey = await this.#vault.seal(apiKey, id, "api_key");
    await this.#database.detached().call("messenger_reencrypt_connection", {
      p_id: id,
      p_credentials_id: credentialsId,
      p_api_key: sealedApiKey,
      p_stored_access_token: storedToken,
      p_access_token: token,
    });
  }
}

/** Changes a row, unless the connection was renewed or ended meanwhile. */
async function update(
  database: Database,
  { id, credentialsId }: Credentials,
  values: Record<string, string>,
): Promise<void> {
  await database.run((db) =>
    db.from("messenger_integrations").update(values)
      .eq("id", id).eq("credentials_id", credentialsId)
  );
}
