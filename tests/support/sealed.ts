import assert from "node:assert/strict";
import { base64url } from "jose";
import { Vault } from "../../supabase/functions/_shared/wpp/store/vault.ts";
import type { World } from "./world.ts";

/** 256-bit keys, each of one repeated byte. */
export const [NEWEST, OLDER, STRANGE] = [1, 2, 3].map((byte) =>
  base64url.encode(new Uint8Array(32).fill(byte))
);

/** What a row holds of secrets. */
export interface Row {
  id: string;
  settings: { apiKey?: string; wppApiKey?: string; session?: string; wppAccountNumber?: string };
  access_token: string | null;
}

/** The only row. */
export async function stored(world: World): Promise<Row> {
  return await world.row("select id, settings, access_token from messenger_integrations") as
    & Record<string, unknown>
    & Row;
}

/** Waits for what is written after the response. */
export async function eventually(world: World, written: (row: Row) => boolean): Promise<Row> {
  const endsAt = performance.now() + 5_000;
  for (;;) {
    const row = await stored(world);
    if (written(row)) return row;
    assert.ok(performance.now() < endsAt, "it was not written");
    await new Promise((resolve) => setTimeout(resolve)); // lets the write go on
  }
}

/** The secrets of a row, all of them under the newest of these keys. */
export async function opens(row: Row, ...keys: string[]): Promise<[string, string | undefined]> {
  const vault = new Vault({ encryptionKeys: keys });
  const apiKey = await vault.unseal(row.settings.apiKey!, row.id, "api_key");
  const token = row.access_token && await vault.unseal(row.access_token, row.id, "access_token");
  assert.equal(apiKey.stale, false);
  if (token) assert.equal(token.stale, false);
  return [apiKey.value, token ? token.value : undefined];
}

/** Connects a new organization, and asks for its status so that there is a token. */
export async function connectAndAsk(world: World): Promise<string> {
  const { token } = await world.connect();
  assert.equal((await world.call("wpp-status", { token })).status, 200);
  return token;
}

/** Every apiKey that the platform gave out, and every token that it was shown. */
export function secretsOf(world: World): string[] {
  const tokens = world.simulator.requests.flatMap(({ call, headers }) =>
    call === "create" ? [] : headers.authorization?.replace("Bearer ", "") ?? []
  );
  const secrets = [...world.simulator.clients.map((client) => client.apiKey), ...tokens];
  assert.ok(secrets.length >= 2);
  return [...new Set(secrets)];
}

/** No column of any row holds one of those secrets. */
export async function assertNothingClear(world: World): Promise<void> {
  const everything = JSON.stringify(
    await world.database.query(
      "select to_jsonb(i) as i, to_jsonb(m) as m from messenger_integrations i " +
        "left join messenger_messages m on m.integration_id = i.id",
    ),
  );
  for (const secret of secretsOf(world)) assert.ok(!everything.includes(secret), everything);
}
