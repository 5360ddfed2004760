/** The states of further numbers' slots, and of disconnected ones: claim_states_test.ts has the first's. */
import assert from "node:assert/strict";
import {
  cells,
  CLAIM,
  CREDENTIALS,
  ID,
  IDENTITY,
  OTHER,
  play,
  type Played,
  type Row,
  stateOf,
} from "../support/slots.ts";
import { inWorld } from "../support/world.ts";

/**
 * What each call answers in each state, and the state that it leaves.
 *
 *   free        a row without apiKey or claim     disconnected  finished before: it has a session
 *   claimed     no apiKey; the lease runs         refilling     disconnected, and claimed
 *   abandoned   no apiKey; the lease ran out      half-refilled disconnected, and abandoned
 *   finished    has an apiKey, and no claim       renewing      claimed, and has an apiKey
 *                                                 half-renewed  abandoned, and has an apiKey
 *
 * "new": another slot is claimed, under an id and an identity of its own; this one stays as it was.
 */
const FURTHER = `
  state         | claim  | another, its name | another, other name | another, no name
  no row        | new    | new               | new                 | new
  free          | new    | claimed           | claimed             | claimed
  claimed       | new    | busy              | new                 | new
  abandoned     | new    | taken over        | taken over          | taken over
  finished      | exists | exists            | new                 | new
  renewing      | exists | exists            | new                 | new
  half-renewed  | exists | exists            | new                 | new
  disconnected  | new    | claimed           | new                 | new
  refilling     | new    | busy              | new                 | new
  half-refilled | new    | taken over        | new                 | new
`;
const FIRST = `
  state         | claim      | another, its name | claim without secret
  no row        | new        | new               | new
  free          | claimed    | claimed           | claimed
  abandoned     | taken over | taken over        | taken over
  finished      | exists     | new               | exists
  disconnected  | claimed    | new               | claimed
  refilling     | busy       | new               | busy
  half-refilled | taken over | new               | taken over
`;
const NAMED = `
  state         | session    | session, refused | refused without secret | session of others
  no row        | not_found  | not_found        | not_found              | not_found
  free          | not_found  | not_found        | not_found              | not_found
  claimed       | not_found  | not_found        | not_found              | not_found
  finished      | exists     | claimed          | not_supported          | not_found
  renewing      | exists     | busy             | busy                   | not_found
  half-renewed  | exists     | taken over       | not_supported          | not_found
  disconnected  | claimed    | claimed          | not_supported          | not_found
  refilling     | busy       | busy             | busy                   | not_found
  half-refilled | taken over | taken over       | not_supported          | not_found
`;
const ENDS = `
  state         | finish                | finish, a session it has     | finish, another id     | release              | release, keep the id
  free          | lost → free           | same_account → free          | lost → free            | done → free          | done → free
  claimed       | saved → finished      | same_account → free          | lost → claimed         | done → free          | done → abandoned
  abandoned     | saved → finished      | same_account → free          | lost → abandoned       | done → free          | done → abandoned
  finished      | exists → finished     | same_account → finished      | exists → finished      | done → finished      | done → finished
  renewing      | saved → finished      | same_account → finished      | exists → renewing      | done → finished      | done → half-renewed
  disconnected  | lost → disconnected   | same_account → disconnected  | lost → disconnected    | done → disconnected  | done → disconnected
  refilling     | saved → finished      | same_account → disconnected  | lost → refilling       | done → disconnected  | done → half-refilled
  half-refilled | saved → finished      | same_account → disconnected  | lost → half-refilled   | done → disconnected  | done → half-refilled
`;
const DISCONNECTS = `
  state         | find         | disconnect                   | disconnect, others' credentials
  free          | not_found    | disconnected → free          | disconnected → free
  claimed       | not_found    | busy → claimed               | busy → claimed
  finished      | found        | disconnected → disconnected  | changed → finished
  renewing      | busy         | busy → renewing              | busy → renewing
  half-renewed  | found        | disconnected → disconnected  | changed → half-renewed
  disconnected  | disconnected | disconnected → disconnected  | disconnected → disconnected
  refilling     | busy         | busy → refilling             | busy → refilling
  half-refilled | disconnected | disconnected → half-refilled | disconnected → half-refilled
`;

const claim = (more: string, organization = "shop") =>
  `messenger_claim_connection(p_claims => null, p_organization => '${organization}',
    p_lease_seconds => 30, ${more})`;
const named = (name: string | null, more: string) =>
  `p_name => ${name && `'${name}'`}, p_refused_credentials_id => null, ${more}`;
const refused = (credentials: string | null, more: string) =>
  `p_name => null, p_refused_credentials_id => ${credentials && `'${credentials}'`}, ${more}`;
const SECRET = "p_names_identity => true";
const finish = (id: string, session = "2") =>
  `messenger_finish_claim('${ID}', '${id}', 'new', '${session}', 'starting')`;

const CALLS: Record<string, string> = {
  "claim": claim(named(null, SECRET)),
  "claim without secret": claim(named(null, "p_names_identity => false")),
  "another, its name": claim(named("Second", `p_another => true, ${SECRET}`)),
  "another, other name": claim(named("Third", `p_another => true, ${SECRET}`)),
  "another, no name": claim(named(null, `p_another => true, ${SECRET}`)),
  "session": claim(refused(null, `p_session => '1', ${SECRET}`)),
  "session, refused": claim(refused(CREDENTIALS, `p_session => '1', ${SECRET}`)),
  "refused without secret": claim(refused(CREDENTIALS, "p_session => '1'")),
  "session of others": claim(refused(CREDENTIALS, `p_session => '1', ${SECRET}`), "cafe"),
  "finish": finish(CLAIM),
  "finish, a session it has": finish(CLAIM, "9"),
  "finish, another id": finish(OTHER),
  "release": `messenger_release_claim('${ID}', '${CLAIM}', false)`,
  "release, keep the id": `messenger_release_claim('${ID}', '${CLAIM}', true)`,
  "find": `messenger_find_to_disconnect(null, 'shop', '1')`,
  "disconnect": `messenger_disconnect('${ID}', '${CREDENTIALS}')`,
  "disconnect, others' credentials": `messenger_disconnect('${ID}', '${OTHER}')`,
};

const TABLES: [name: string, table: string, identity: string | null][] = [
  ["of a further number that is claimed", FURTHER, IDENTITY],
  ["of the first number that is claimed", FIRST, null],
  ["that is claimed by its session", NAMED, IDENTITY],
  ["whose claim ends", ENDS, IDENTITY],
  ["that is disconnected", DISCONNECTS, IDENTITY],
];
for (const [name, table, identity] of TABLES) {
  inWorld(`a slot ${name} goes from state to state as the table says`, async (world) => {
    const expected = cells(table);
    const found: typeof expected = {};
    for (const { state, call, ...played } of await play(world, expected, identity, CALLS)) {
      const outcome = check(`${call}, in the state ${state}`, { state, call, identity, ...played });
      found[state] ??= {};
      found[state][call] = expected[state][call].includes("→")
        ? `${outcome} → ${stateOf(played.after)}`
        : outcome;
    }
    assert.deepEqual(found, expected);
  });
}

/** What a call came to, in the words of the tables. */
function check(
  cell: string,
  { state, call, identity, before, answer: text, after }: Played & { identity: string | null },
): string {
  assert.equal(stateOf(before), state);
  const answer: Answer | undefined = text?.startsWith("{") ? JSON.parse(text) : undefined;
  const outcome = answer ? outcomeOf(answer, before) : text || "done";
  if (answer?.outcome === "claimed") {
    checkClaim(answer, outcome, { before, after, identity, call, cell });
  }
  if (UNTOUCHED.includes(outcome)) assert.deepEqual(after, before, cell);
  return outcome;
}

/** Outcomes that leave the slot as it is. */
const UNTOUCHED = [
  "new",
  "busy",
  "exists",
  "changed",
  "not_found",
  "not_supported",
  "lost",
  "found",
];

interface Answer {
  outcome: string;
  id?: string;
  claim_id?: string;
  identity?: string;
  taken_over?: boolean;
}

function outcomeOf(answer: Answer, before: Row | null): string {
  if (answer.outcome !== "claimed") return answer.outcome;
  if (answer.id !== before?.id) return "new";
  return answer.taken_over ? "taken over" : "claimed";
}

/** Each further number is another organization to the platform, and the same one every time. */
function checkClaim(
  answer: Answer,
  outcome: string,
  { before, after, identity, call, cell }: {
    before: Row | null;
    after: Row | null;
    identity: string | null;
    call: string;
    cell: string;
  },
): void {
  if (outcome === "new") {
    assert.match(
      answer.identity!,
      call.startsWith("another") ? /^shop__wpp__[0-9a-f]{8}$/ : /^shop$/,
    );
    assert.notEqual(answer.identity, before?.identity, cell);
    assert.equal(answer.taken_over, false, cell);
    return;
  }
  assert.equal(answer.identity, identity ?? "shop", cell);
  assert.equal(answer.claim_id, after?.claim_id, cell);
  assert.equal(after?.claim_id === before?.claim_id, outcome === "taken over", cell);
  assert.deepEqual(after?.settings, before?.settings, cell);
}
