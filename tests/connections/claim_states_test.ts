/** The states of an organization's slot: the table at the head of …_messenger_claims.sql, in full. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { openDatabase } from "../../local/database.ts";
import { freshDatabase } from "../support/fresh_database.ts";
import { engines, migrate, type Sql } from "../support/sql.ts";
import { untilBlocked } from "../support/sessions.ts";

/**
 * What each call answers in each state, and the state that it leaves.
 *
 *   no row      free: nothing there yet          finished     has an apiKey, and no claim
 *   free        a row without apiKey or claim    renewing     claimed, and has an apiKey
 *   claimed     no apiKey; the lease runs        half-renewed abandoned, and has an apiKey
 *   abandoned   no apiKey; the lease ran out
 *
 * A claim may name the credentials that the platform refused: those of the row, or others. To
 * finish or release takes the id of the claim: the row's present one (where it has none, its last
 * one), or another. "taken over" is claimed under the same id.
 */
const CLAIMS = `
  state        | claim                    | claim, refused: the row's | claim, refused: others
  no row       | claimed → claimed        | claimed → claimed         | claimed → claimed
  free         | claimed → claimed        | claimed → claimed         | claimed → claimed
  claimed      | busy → claimed           | busy → claimed            | busy → claimed
  abandoned    | taken over → claimed     | taken over → claimed      | taken over → claimed
  finished     | exists → finished        | claimed → renewing        | exists → finished
  renewing     | exists → renewing        | busy → renewing           | exists → renewing
  half-renewed | exists → half-renewed    | taken over → renewing     | exists → half-renewed
`;
const FINISHES = `
  state        | finish                   | finish, another id
  no row       | lost → no row            | lost → no row
  free         | lost → free              | lost → free
  claimed      | saved → finished         | lost → claimed
  abandoned    | saved → finished         | lost → abandoned
  finished     | exists → finished        | exists → finished
  renewing     | saved → finished         | exists → renewing
  half-renewed | saved → finished         | exists → half-renewed
`;
const RELEASES = `
  state        | release                  | release, keep the id      | release, another id
  no row       | done → no row            | done → no row             | done → no row
  free         | done → free              | done → free               | done → free
  claimed      | done → free              | done → abandoned          | done → claimed
  abandoned    | done → free              | done → abandoned          | done → abandoned
  finished     | done → finished          | done → finished           | done → finished
  renewing     | done → finished          | done → half-renewed       | done → renewing
  half-renewed | done → finished          | done → half-renewed       | done → half-renewed
`;

const ID = "11111111-1111-4111-8111-111111111111";
const CREDENTIALS = "22222222-2222-4222-8222-222222222222";
const CLAIM = "33333333-3333-4333-8333-333333333333";
const OTHER = "44444444-4444-4444-8444-444444444444";

/** How the row of each state is made: its settings, its claim, and when its lease ends. */
const STATES: Record<string, [settings: string, claim: string | null, until: string | null]> = {
  "free": ["{}", null, null],
  "claimed": ["{}", CLAIM, "20 s"],
  "abandoned": ["{}", CLAIM, "-1 s"],
  "finished": ['{"apiKey": "old", "session": "1"}', null, null],
  "renewing": ['{"apiKey": "old", "session": "1"}', CLAIM, "20 s"],
  "half-renewed": ['{"apiKey": "old", "session": "1"}', CLAIM, "-1 s"],
};

const claimOf = (organization: string, refused: string | null) =>
  `messenger_claim_connection(null, '${organization}', null, ${refused && `'${refused}'`}, 30)`;
const finish = (claim: string) =>
  `messenger_finish_claim('${ID}', '${claim}', 'new', '2', 'starting')`;
const release = (claim: string, keep: boolean) =>
  `messenger_release_claim('${ID}', '${claim}', ${keep})`;

const CALLS: Record<string, string> = {
  "claim": claimOf("shop", null),
  "claim, refused: the row's": claimOf("shop", CREDENTIALS),
  "claim, refused: others": claimOf("shop", OTHER),
  "finish": finish(CLAIM),
  "finish, another id": finish(OTHER),
  "release": release(CLAIM, false),
  "release, keep the id": release(CLAIM, true),
  "release, another id": release(OTHER, false),
};

for (const { name, open } of engines()) {
  Deno.test(`claims go from state to state as the table says on ${name}`, async () => {
    const sql = await open();
    try {
      await migrate(sql);
      for (const table of [CLAIMS, FINISHES, RELEASES]) {
        assert.deepEqual(await played(sql, table), cells(table));
      }
    } finally {
      await sql.close();
    }
  });

  Deno.test(`a claim sees no slot of another organization on ${name}`, async () => {
    const sql = await open();
    try {
      await migrate(sql);
      for (const state of Object.keys(STATES)) {
        await prepare(sql, state);
        const before = await rowOf(sql);
        for (const refused of [null, CREDENTIALS]) {
          await sql.exec("delete from messenger_integrations where organization_id = 'other shop'");
          const answer = await call(sql, claimOf("other shop", refused));
          assert.equal(answer?.outcome, "claimed", state);
          assert.equal(answer?.taken_over, false, state);
          assert.notEqual(answer?.id, ID, state);
        }
        assert.deepEqual(await rowOf(sql), before, state);
      }
    } finally {
      await sql.close();
    }
  });
}

const databaseUrl = Deno.env.get("DATABASE_URL");
for (const state of ["no row", "free", "abandoned", "finished", "half-renewed"]) {
  Deno.test({
    name: `one of two claims at once gets the slot, and the other is told so: ${state}`,
    ignore: !databaseUrl,
    async fn() {
      await using fresh = await freshDatabase(databaseUrl!);
      const database = await openDatabase({ databaseUrl: fresh.url });
      const sessions = [1, 2].map(() => postgres(fresh.url, { max: 1 }));
      const [first, second] = sessions;
      try {
        await prepare(database, state);
        const claim = `select ${claimOf("shop", CREDENTIALS)} as answer`;
        await first`begin`;
        const [{ answer: won }] = await first.unsafe(claim);
        const waiting = second.unsafe(claim).execute();
        await untilBlocked(database);
        await first`commit`;
        const [{ answer: lost }] = await waiting;
        assert.deepEqual([won.outcome, lost.outcome], ["claimed", "busy"]);
        assert.ok(lost.retry_after > 25 && lost.retry_after <= 30, `${lost.retry_after}`);
      } finally {
        await Promise.all(sessions.map((session) => session.end()));
        await database.close();
      }
    },
  });
}

/** The cells of a table, by state and call. */
function cells(table: string): Record<string, Record<string, string>> {
  const [[, ...calls], ...rows] = table.trim().split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));
  return Object.fromEntries(rows.map(([state, ...row]) => [
    state,
    Object.fromEntries(calls.map((call, index) => [call, row[index]])),
  ]));
}

/** The same table, as the database has it. */
async function played(sql: Sql, table: string) {
  const found: Record<string, Record<string, string>> = {};
  for (const [state, row] of Object.entries(cells(table))) {
    found[state] = {};
    for (const name of Object.keys(row)) found[state][name] = await play(sql, state, name);
  }
  return found;
}

/** Makes one call in one state: what it answers, and the state after it. */
async function play(sql: Sql, state: string, name: string): Promise<string> {
  await prepare(sql, state);
  const before = await rowOf(sql);
  const answer = await call(sql, CALLS[name]);
  const after = await rowOf(sql);
  const cell = `${name}, in the state ${state}`;
  const outcome = answer?.taken_over ? "taken over" : answer?.outcome ?? "done";
  switch (outcome) {
    case "claimed":
    case "taken over":
      assert.deepEqual([answer?.id, answer?.claim_id], [after?.id, after?.claim_id], cell);
      assert.equal(after?.claim_id === before?.claim_id, outcome === "taken over", cell);
      assert.equal(after?.lease_s, 30, cell);
      break;
    case "busy":
      assert.ok(answer!.retry_after! > 15 && answer!.retry_after! <= 20, cell);
      assert.deepEqual(after, before, cell);
      break;
    case "exists":
      assert.equal(answer?.integration?.credentials_id ?? undefined, before?.credentials_id, cell);
      assert.deepEqual(after, before, cell);
  }
  if (outcome === "saved") {
    const { session } = before?.settings as { session?: string };
    const former = session === undefined ? {} : { formerSession: session };
    assert.deepEqual(after?.settings, { apiKey: "new", session: "2", ...former }, cell);
    assert.equal(after?.access_token, null, cell);
    assert.notEqual(after?.credentials_id, before?.credentials_id, cell);
  } else if (before) {
    assert.deepEqual(secretsOf(after!), secretsOf(before), cell);
  }
  return `${outcome} → ${stateOf(after)}`;
}

/** Makes the organization's slot stand as in this state. */
async function prepare(sql: Pick<Sql, "exec" | "query">, state: string): Promise<void> {
  await sql.exec("delete from messenger_integrations");
  if (state === "no row") return;
  const [settings, claim, until] = STATES[state];
  await sql.query(
    `insert into messenger_integrations
       (id, organization_id, settings, access_token, credentials_id, claim_id, claimed_until)
     values ($1, 'shop', $2::text::jsonb, 'token', $3, $4, now() + $5::text::interval)`,
    [ID, settings, CREDENTIALS, claim, until],
  );
  assert.equal(stateOf(await rowOf(sql)), state);
}

interface Row {
  id: string;
  settings: { apiKey?: string };
  access_token: string | null;
  credentials_id: string;
  claim_id: string | null;
  claimed_until: Date | null;
  /** What is left of the lease, rounded up to tens of seconds; null without a lease. */
  lease_s: number | null;
}

async function rowOf(sql: Pick<Sql, "query">): Promise<Row | undefined> {
  const [row] = await sql.query(
    `select id, settings, access_token, credentials_id, claim_id, claimed_until,
       ceil(extract(epoch from claimed_until - now()) / 10)::int * 10 as lease_s
     from messenger_integrations where organization_id = 'shop'`,
  );
  return row as unknown as Row | undefined;
}

/** What only the save of a new apiKey changes. */
function secretsOf({ settings, access_token, credentials_id }: Row) {
  return { settings, access_token, credentials_id };
}

function stateOf(row: Row | undefined): string {
  if (!row) return "no row";
  const { settings: { apiKey }, claim_id, lease_s } = row;
  assert.equal(
    claim_id === null,
    lease_s === null,
    "a claim has both an id and a lease, or neither",
  );
  if (lease_s === null) return apiKey ? "finished" : "free";
  if (lease_s > 0) return apiKey ? "renewing" : "claimed";
  return apiKey ? "half-renewed" : "abandoned";
}

interface Answer {
  outcome: string;
  id?: string;
  claim_id?: string;
  taken_over?: boolean;
  retry_after?: number;
  integration?: { credentials_id: string | null };
}

async function call(sql: Sql, expression: string): Promise<Answer | undefined> {
  const [{ answer }] = await sql.query(`select ${expression} as answer`);
  return typeof answer === "object" && answer !== null ? answer as Answer : undefined;
}
