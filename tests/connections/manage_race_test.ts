/** What changes an organization's connections, in two sessions at once: one waits for the other. */
import assert from "node:assert/strict";
import type { Sql } from "../support/sql.ts";
import { inTwoSessions, untilBlocked } from "../support/sessions.ts";

const IDS = [1, 2].map((digit) => `${digit}`.repeat(8) + "-1111-4111-8111-111111111111");
const CREDENTIALS = "33333333-3333-4333-8333-333333333333";

/** Two connections, the first of which is the primary one. */
async function prepare(database: Pick<Sql, "query">): Promise<void> {
  for (const [i, id] of IDS.entries()) {
    await database.query(
      `insert into messenger_integrations
         (id, organization_id, settings, credentials_id, wpp_primary, created_at)
       values ($1, 'shop', $2::text::jsonb, $3, $4, now() + make_interval(secs => $5))`,
      [id, JSON.stringify({ apiKey: "key", session: `${i + 1}` }), CREDENTIALS, i === 0, i],
    );
  }
}

const makePrimary = (session: string) =>
  `messenger_update_connection(null, 'shop', '${session}', null, true)`;
const disconnect = (id: string) => `messenger_disconnect('${id}', '${CREDENTIALS}')`;
const renew = `messenger_claim_connection(null, 'shop', null, '${CREDENTIALS}', 30,
  p_session => '1')`;

/** Two calls at once, the one that waits, and which session is primary afterwards. */
const RACES: Record<string, { first: string; second: string; answer: string; primary: string }> = {
  "two are made the primary one": {
    first: makePrimary("2"),
    second: makePrimary("1"),
    answer: "found",
    primary: "1",
  },
  "one is made the primary one, which is disconnected": {
    first: disconnect(IDS[1]),
    second: makePrimary("2"),
    answer: "disconnected",
    primary: "1",
  },
  "the primary one is disconnected, and another made it": {
    first: makePrimary("2"),
    second: disconnect(IDS[0]),
    answer: "disconnected",
    primary: "2",
  },
  "both are disconnected": {
    first: disconnect(IDS[0]),
    second: disconnect(IDS[1]),
    answer: "disconnected",
    primary: "2",
  },
  "one is disconnected twice": {
    first: disconnect(IDS[0]),
    second: disconnect(IDS[0]),
    answer: "disconnected",
    primary: "2",
  },
  "one is renewed, and disconnected": {
    first: renew,
    second: disconnect(IDS[0]),
    answer: "busy",
    primary: "1",
  },
};
for (const [what, { first: one, second: other, answer, primary }] of Object.entries(RACES)) {
  inTwoSessions(
    `an organization has one primary connection after ${what} at once`,
    async ({ first, second, database }) => {
      await prepare(database);
      await first`begin`;
      await first.unsafe(`select ${one}`);
      const waiting = second.unsafe(`select ${other} as answer`).execute();
      await untilBlocked(database);
      await first`commit`;
      const [{ answer: got }] = await waiting;
      assert.equal(got.outcome ?? got, answer);
      const rows = await database.query(
        "select session from messenger_integrations where wpp_primary",
      );
      assert.deepEqual(rows, [{ session: primary }]);
    },
  );
}
