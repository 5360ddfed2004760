import { type UserClaims, userToken } from "./jwt.ts";
import type { World } from "./world.ts";

/** An organization, its users' access tokens, and what is its own. */
export interface Tenant {
  organizationId: string;
  users: { sub: string; token: string }[];
}

/** A row of either table, by the organization that it belongs to. */
type Row = Record<string, unknown> & { organization_id: string };

/** Two users of an organization; for `undefined` one user who has none and is their own. */
export async function tenant(organizationId: string | undefined): Promise<Tenant> {
  const subs = Array.from(
    { length: organizationId === undefined ? 1 : 2 },
    () => crypto.randomUUID(),
  );
  const app_metadata = organizationId === undefined ? {} : { organization_id: organizationId };
  const users = subs.map(async (sub) => {
    const claims: UserClaims = { sub, app_metadata };
    return { sub, token: await userToken(claims) };
  });
  return { organizationId: organizationId ?? subs[0], users: await Promise.all(users) };
}

/** A connection as earlier versions of this integration stored it; its session is scanned. */
export async function insertLegacyRow(world: World, owner: Tenant, active = true): Promise<string> {
  const response = await world.simulator.fetch(
    new Request("http://wpp.test/api/integrations/wpp/create", {
      method: "POST",
      headers: { authorization: `Bearer ${owner.users[0].token}` },
    }),
  );
  const { apiKey, session } = await response.json();
  world.simulator.scan(session);
  await world.database.query(
    "insert into messenger_integrations (organization_id, name, is_active, settings) " +
      "values ($1, 'legacy', $2, $3)",
    [owner.organizationId, active, { wppApiKey: apiKey, wppAccountNumber: session }],
  );
  return session;
}

/** Everything stored, but for cached tokens, which are written in the background. */
export async function everything(world: World): Promise<Row[]> {
  return await world.database.query(
    "select organization_id, to_jsonb(i) - 'access_token' - 'access_token_expires_at' - " +
      "'updated_at' as row from messenger_integrations i union all " +
      "select organization_id, to_jsonb(m) as row from messenger_messages m union all " +
      "select organization_id, to_jsonb(c) as row from messenger_chats c union all " +
      "select organization_id, to_jsonb(s) as row from messenger_sends s order by 1, 2",
  ) as Row[];
}

/** The rows of an organization, or those of all others. */
export function split(rows: Row[], { organizationId }: Tenant): { own: Row[]; foreign: Row[] } {
  return {
    own: rows.filter((row) => row.organization_id === organizationId),
    foreign: rows.filter((row) => row.organization_id !== organizationId),
  };
}

const IDENTIFYING = ["id", "session", "task_id", "claim_id", "integration_id"];

/** What identifies rows: ids, sessions, tasks, keys, the organization itself unless it is too short. */
export function identifyingValues(rows: Row[]): string[] {
  return rows.flatMap(({ organization_id, row }) => {
    const values = row as Record<string, unknown> & { settings?: Record<string, string> };
    return [
      ...IDENTIFYING.map((name) => values[name]),
      values.settings?.apiKey ?? values.settings?.wppApiKey,
      organization_id.length > 12 ? organization_id : undefined,
    ].filter((value) => typeof value === "string") as string[];
  });
}
