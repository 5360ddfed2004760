/** Calls by which the functions of the database run each of their queries of connections. */
import { UPDATE_CONNECTION } from "./member_reads.ts";
import type { Sql } from "./sql.ts";

/** Two connections of a new organization, from their creation to their end. */
export async function connectAndDisconnect(sql: Sql): Promise<void> {
  const organization = crypto.randomUUID();
  const session = crypto.randomUUID();
  const ask = async (expression: string, ...parameters: unknown[]) => {
    const [{ answer }] = await sql.query(`select ${expression} as answer`, parameters);
    // deno-lint-ignore no-explicit-any
    return answer as any;
  };
  const claim = (refused: string | null, another: boolean, named: string | null = null) =>
    ask(
      "messenger_claim_connection(null, $1, 'Sales', $2, 30, $3, $4, null, true)",
      ...[organization, refused, another, named],
    );
  const finish = ({ id, claim_id }: { id: string; claim_id: string }) =>
    ask("messenger_finish_claim($1, $2, 'key', $3, 'connected')", id, claim_id, session);

  const claimed = await claim(null, false);
  const { integration: { id, credentials_id } } = await finish(claimed);
  await finish(claimed); // exists
  await finish(await claim(null, true)); // same_account
  const renewing = await claim(credentials_id, false, session);
  await ask("messenger_release_claim($1, $2, true)", id, renewing.claim_id);

  await ask("messenger_find_connection(null, $1, $2)", organization, session);
  await ask("messenger_find_connection(null, $1, null)", organization);
  await ask("messenger_list_connections(null, $1)", organization);
  await ask("messenger_update_connection(null, $1, $2, 'Sales', true)", organization, session);
  await ask("messenger_find_to_disconnect(null, $1, null)", organization);
  await ask("messenger_claim_start($1, $2)", id, credentials_id);
  await ask("messenger_reencrypt_connection($1, $2, 'key', null, null)", id, credentials_id);
  await sql.query(UPDATE_CONNECTION, [id, credentials_id]);

  const digest = crypto.randomUUID();
  await ask("messenger_claim_webhook($1, $2, 'u', $3, 't', true)", id, credentials_id, digest);
  await ask("messenger_note_webhook($1, $2, true, 't')", id, digest);
  await ask("messenger_knows_webhook($1)", digest);
  await ask("messenger_rotate_webhook($1)", id);
  await ask("messenger_knows_webhook($1)", digest);

  await ask("messenger_disconnect($1, $2)", id, credentials_id);
  await ask("messenger_list_connections(null, $1)", organization);
  await ask("messenger_erase_organization($1)", organization);
}
