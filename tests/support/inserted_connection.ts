/** A connection as it stands in the table, without the functions that create one. */
import type { World } from "./world.ts";

/** Inserts a connection with this as its stored apiKey and access token. */
export async function insert(
  world: World,
  apiKey: string,
  token?: string,
  id = crypto.randomUUID(),
) {
  await world.database.query(
    `insert into messenger_integrations
      (id, organization_id, messenger_type, provider, name, settings, access_token)
    values ($1::uuid, $1::uuid::text, 'whatsapp', 'wpp', 'Shop', $2, $3)`,
    [id, { apiKey, session: "1" }, token ?? null],
  );
  return id;
}
