/** What writes the store, each as one call of a function that is chosen at random. */
import type postgres from "postgres";
import type { Random } from "./random.ts";
import { incoming, outgoing, person } from "./store.ts";

/** An organization whose first connection stays, and whose second comes and goes. */
export interface Connected {
  organization: string;
  /** Of the webhook's token, for each connection. */
  digests: string[];
  /** The id of the second. */
  second: string;
}

const KEYS = 40;

/** An organization with dead sends, rows of earlier versions, and old history. */
export async function prepare(sql: postgres.Sql, organization: string): Promise<Connected> {
  const digests = [`${organization}1`, `${organization}2`];
  const ids: string[] = [];
  for (const digest of digests) {
    const [{ id }] = await sql`insert into messenger_integrations
      (organization_id, settings, webhook_digest) values (${organization},
       ${sql.json({ apiKey: "key", session: digest })}, ${digest}) returning id`;
    ids.push(id);
  }
  await sql`select messenger_begin_send(null, ${organization}, ${digests[0]}, null, '+790' || i,
    'dead', null, 'f', gen_random_uuid(), null, 60) from generate_series(0, 9) i`;
  await sql`update messenger_sends set attempt_started_at = now() - interval '2 minutes'`;
  await sql`insert into messenger_messages (organization_id, integration_id, session, recipient,
    text, status) select ${organization}, ${ids[0]}, '1', '+790' || i % 10, 'old', 'accepted'
    from generate_series(1, 60) i`;
  return { organization, digests, second: ids[1] };
}

type Operation = (sql: postgres.Sql, shop: Connected, random: Random) => Promise<unknown>;

const chatOf = (random: Random) => person(`+790${random.below(10)}`);

const receive =
  (of: (random: Random) => Record<string, unknown>): Operation => (sql, shop, random) =>
    sql`select messenger_receive(${random.pick(shop.digests)}, gen_random_uuid(),
    ${JSON.stringify(of(random))})`;

async function send(sql: postgres.Sql, shop: Connected, random: Random): Promise<void> {
  const key = random.below(2) ? `key ${random.below(KEYS)}` : null;
  const [{ begun }] = await sql`select messenger_begin_send(null, ${shop.organization},
    ${shop.digests[0]}, null, ${chatOf(random).phone}, 'hello', ${key}, 'f', gen_random_uuid(),
    null, 60) as begun`;
  if (begun.outcome !== "begun") return;
  const status = random.pick(["accepted", "failed", "unknown"]);
  await sql`select messenger_close_send(${begun.message.id}, ${begun.message.attempt}, ${status},
    ${status === "accepted" ? `task ${random.below(KEYS)}` : null}, null, true)`;
}

async function markRead(sql: postgres.Sql, shop: Connected): Promise<void> {
  await sql.begin(async (one) => {
    const claims = { role: "authenticated", app_metadata: { organization_id: shop.organization } };
    const [chat] = await one`select id, change from messenger_chats
      where organization_id = ${shop.organization} order by unread_count desc limit 1`;
    await one`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
    if (chat) await one`select messenger_mark_chat_read(${chat.id}, ${chat.change})`;
  });
}

/** Ends the second connection, or creates it anew. */
async function switchConnection(sql: postgres.Sql, shop: Connected): Promise<void> {
  const session = shop.digests[1];
  const [{ claim }] = await sql`select messenger_claim_connection(null, ${shop.organization}, null,
    null, 30, false, ${session}) as claim`;
  if (claim.outcome === "exists") {
    await sql`select messenger_disconnect(${shop.second}, ${claim.integration.credentials_id})`;
  } else if (claim.outcome === "claimed") {
    await sql`select messenger_finish_claim(${claim.id}, ${claim.claim_id}, 'key', ${session},
      'connected')`;
    await sql`select messenger_claim_webhook(${shop.second}, credentials_id, 'https://shop.test',
      ${session}, 'token', false) from messenger_integrations where id = ${shop.second}`;
  }
}

/** An organization that comes, receives, and leaves. */
async function comeAndLeave(sql: postgres.Sql, _: Connected, random: Random): Promise<void> {
  const organization = `guest ${random.below(3)}`;
  const digest = crypto.randomUUID();
  const [{ id, credentials_id }] = await sql`insert into messenger_integrations
    (organization_id, settings, webhook_digest) values (${organization},
     ${sql.json({ apiKey: "key", session: digest })}, ${digest})
    returning id, credentials_id`;
  await sql`select messenger_receive(${digest}, null, ${JSON.stringify(incoming())})`;
  await sql`select messenger_disconnect(${id}, ${credentials_id})`;
  await sql`select messenger_erase_organization(${organization})`.catch((error) => {
    if (!/still has a connection/.test(error.message)) throw error; // another guest's
  });
}

const DAY_MS = 24 * 60 * 60_000;

export const OPERATIONS: Record<string, Operation> = {
  text: receive((random) => incoming({ chat: chatOf(random) })),
  key: receive((random) =>
    incoming({ chat: chatOf(random), providerMessageId: `K${random.below(KEYS)}` })
  ),
  phone: receive((random) => outgoing({ chat: chatOf(random) })),
  old: receive((random) => incoming({ chat: chatOf(random), sentAtMs: Date.now() - 2 * DAY_MS })),
  receipt: receive((random) => ({
    type: "receipt",
    isPair: false,
    taskId: `task ${random.below(KEYS)}`,
    delivery: random.pick(["sent", "delivered", "read"]),
  })),
  reaction: receive((random) => ({
    type: "reaction",
    isPair: false,
    providerMessageId: `K${random.below(KEYS)}`,
    by: "me",
    emoji: random.pick(["👍", "😀", ""]),
  })),
  quarantined: receive(() => ({ type: "quarantined", reason: "unknown_event" })),
  dropped: receive(() => ({ type: "dropped", reason: "presence" })),
  state: receive((random) => ({ type: "state", status: random.pick(["connected", "unknown"]) })),
  send,
  sendAgain: send,
  markRead,
  switchConnection,
  switchConnectionAgain: switchConnection,
  comeAndLeave,
  expire: (sql) => sql`select messenger_expire_messages('1 minute')`,
  deleteSends: (sql) => sql`select messenger_delete_messages('1 day')`,
  deleteHistory: (sql) => sql`select messenger_delete_history('1 day', 5)`,
  backfill: (sql) => sql`select messenger_backfill(5)`,
};
