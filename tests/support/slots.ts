/** A connection's slot in each of its states, and calls on it; it holds no test. */
import assert from "node:assert/strict";
import type { World } from "./world.ts";

export const ID = "11111111-1111-4111-8111-111111111111";
export const CREDENTIALS = "22222222-2222-4222-8222-222222222222";
export const CLAIM = "33333333-3333-4333-8333-333333333333";
export const OTHER = "44444444-4444-4444-8444-444444444444";
export const IDENTITY = "shop__wpp__0a1b2c3d";
const SETTINGS = {
  empty: {},
  whole: { apiKey: "old", session: "1" },
  emptied: { session: "1" },
};

/** How the row of each state is made: its settings, and when its lease ends, where it is claimed. */
const STATES: Record<string, [settings: keyof typeof SETTINGS, lease: string | null]> = {
  "free": ["empty", null],
  "claimed": ["empty", "20 s"],
  "abandoned": ["empty", "-1 s"],
  "finished": ["whole", null],
  "renewing": ["whole", "20 s"],
  "half-renewed": ["whole", "-1 s"],
  "disconnected": ["emptied", null],
  "refilling": ["emptied", "20 s"],
  "half-refilled": ["emptied", "-1 s"],
};

/** The cells of a table, by state and call. */
export function cells(table: string): Record<string, Record<string, string>> {
  const [[, ...calls], ...rows] = table.trim().split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));
  return Object.fromEntries(rows.map(([state, ...row]) => [
    state,
    Object.fromEntries(calls.map((call, index) => [call, row[index]])),
  ]));
}

/** A call in a state: the slot before and after it, and what it answers. */
export interface Played {
  state: string;
  call: string;
  before: Row | null;
  /** As text; empty or null where it answers nothing. */
  answer: string | null;
  after: Row | null;
}

/** Makes each call in each state, in one query: there are some hundred. */
export async function play(
  world: World,
  table: Record<string, Record<string, string>>,
  identity: string | null,
  calls: Record<string, string>,
): Promise<Played[]> {
  await world.database.exec(PLAY);
  const turns = Object.entries(table).flatMap(([state, row]) =>
    Object.keys(row).map((call) => ({
      state,
      call,
      prepare: prepared(state, identity, call),
      work: calls[call],
    }))
  );
  const rows = await world.database.query(
    "select t ->> 'state' as state, t ->> 'call' as call, " +
      "pg_temp.play(t ->> 'prepare', t ->> 'work') as played " +
      "from jsonb_array_elements($1::text::jsonb) t",
    [JSON.stringify(turns)],
  );
  return rows.map(({ state, call, played }) => ({ state, call, ...played as object }) as Played);
}

/** Makes the slot stand as in this state, the organization's only one but for another connection. */
function prepared(state: string, identity: string | null, call: string): string {
  const another = call === "finish, a session it has" ? ANOTHER : "";
  const clean = `delete from messenger_integrations; ${another}`;
  if (state === "no row") return clean;
  const [settings, lease] = STATES[state];
  return `${clean} insert into messenger_integrations
      (id, organization_id, name, settings, identity, credentials_id, claim_id, claimed_until)
    values ('${ID}', 'shop', 'Second', '${JSON.stringify(SETTINGS[settings])}',
      ${identity && `'${identity}'`}, '${CREDENTIALS}', ${lease && `'${CLAIM}'`},
      now() + ${lease && `interval '${lease}'`})`;
}

const ANOTHER = `insert into messenger_integrations (organization_id, settings)
  values ('shop', '{"apiKey": "other", "session": "9"}');`;

const SLOT = `select to_jsonb(i) - 'updated_at' || jsonb_build_object('lease',
    case when claimed_until > now() then 'runs' when claimed_until <= now() then 'ran out' end)
  from public.messenger_integrations i where id = '${ID}'`;

const PLAY = `create or replace function pg_temp.play(p_prepare text, p_work text)
  returns jsonb language plpgsql as $$
  declare v_before jsonb; v_answer text; v_after jsonb;
  begin
    execute p_prepare;
    v_before := (${SLOT});
    execute 'select ' || p_work into v_answer;
    v_after := (${SLOT});
    return jsonb_build_object('before', v_before, 'answer', v_answer, 'after', v_after);
  end $$`;

export interface Row {
  id: string;
  settings: object;
  identity: string | null;
  claim_id: string | null;
  lease: "runs" | "ran out" | null;
}

export function stateOf(row: Row | null): string {
  if (!row) return "no row";
  assert.equal(row.claim_id === null, row.lease === null, "a claim has both an id and a lease");
  const { apiKey, session } = row.settings as { apiKey?: string; session?: string };
  const [none, runs, ranOut] = apiKey
    ? ["finished", "renewing", "half-renewed"]
    : session
    ? ["disconnected", "refilling", "half-refilled"]
    : ["free", "claimed", "abandoned"];
  return row.lease === null ? none : row.lease === "runs" ? runs : ranOut;
}
