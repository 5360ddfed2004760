/** Which organization a call is for: every claim that a token may hold, and the server's own word. */
import assert from "node:assert/strict";
import { engines, migrate, type Sql } from "../support/sql.ts";

const USER = "99999999-9999-4999-8999-999999999999";
const UUID = "abcdef01-2345-4678-9abc-def012345678";
const long = (length: number) => "o".repeat(length);
const code = (point: number) => String.fromCharCode(point);

/** `app_metadata.organization_id`, as JSON text, and the organization that it is; null: none. */
const CLAIMS: [json: string, organization: string | null][] = [
  ["null", USER],
  ["1", "1"],
  ['"1"', "1"],
  ["1.0", "1"],
  ["1e2", "100"],
  ["-1", "-1"],
  ["0", "0"],
  ["-0", "0"],
  ["9007199254740991", "9007199254740991"],
  ["9007199254740992", null],
  ["-9007199254740992", null],
  ["1e300", null],
  ["1.5", null],
  ["true", null],
  ["false", null],
  ["[]", null],
  ['["a"]', null],
  ["{}", null],
  ['""', null],
  ['" a"', null],
  ['"a "', null],
  ['"\\n"', null],
  ['"\\u00a0a"', null],
  ['"a\\u00a0"', null],
  ['"a\\u3000"', null],
  ['"\\ufeffa"', null],
  ['"a b\\u00a0c"', "a b\u00a0c"],
  [JSON.stringify(long(255)), long(255)],
  [JSON.stringify(long(256)), null],
  [JSON.stringify("🦊".repeat(255)), "🦊".repeat(255)],
  ['"🦊"', "🦊"],
  ['"\\ud83e\\udd8a"', "🦊"],
  ['"\\ud83e"', null],
  ['"\\udd8a\\ud83e"', null],
  ['"a\\u0000"', null],
  [JSON.stringify(UUID.toUpperCase()), UUID],
  [JSON.stringify(`{${UUID.toUpperCase()}}`), `{${UUID.toUpperCase()}}`],
  ['"ORG-1"', "ORG-1"],
  ['"\'; drop table messenger_integrations; --"', "'; drop table messenger_integrations; --"],
];

/** Whole claims as text, and the organization. */
const TEXTS: [claims: string, organization: string | null][] = [
  ["", null],
  ["no JSON", null],
  ["{", null],
  ["null", null],
  ["1", null],
  ['"a"', null],
  ["[]", null],
  ["{}", null],
  ['{"sub": "user-1"}', "user-1"],
  ['{"sub": ""}', null],
  ['{"sub": " "}', null],
  [`{"sub": "${UUID.toUpperCase()}"}`, UUID],
  ['{"sub": "u", "app_metadata": null}', "u"],
  ['{"sub": "u", "app_metadata": {}}', "u"],
  ['{"sub": "u", "app_metadata": []}', "u"],
  ['{"sub": "u", "app_metadata": "organization_id"}', "u"],
  ['{"sub": "u", "user_metadata": {"organization_id": "o"}}', "u"],
  ['{"sub": "u", "organization_id": "o"}', "u"],
  ['{"app_metadata": {"organization_id": "o"}}', "o"],
  ['{"app_metadata": {"organization_id": null}}', null],
  ['{"app_metadata": {"organization_id": "o", "organization_id": "p"}}', "p"],
];

for (const { name, open } of engines()) {
  Deno.test(`organization_of decides by each kind of claims on ${name}`, async (t) => {
    const sql = await open();
    const of = async (claims: string | null, organization: string | null = null) => {
      const [{ found }] = await sql.query(
        "select messenger_internal.organization_of($1, $2) as found",
        [claims, organization],
      );
      return found;
    };
    try {
      await migrate(sql);
      for (const [json, expected] of CLAIMS) {
        await t.step(`app_metadata.organization_id is ${short(json)}`, async () => {
          const claims = `{"sub": "${USER}", "app_metadata": {"organization_id": ${json}}}`;
          assert.equal(await of(claims), expected);
          assert.equal(await outcomeOf(sql, claims), expected ? "not_found" : "no_organization");
        });
      }
      for (const [claims, expected] of TEXTS) {
        await t.step(`the claims are ${claims}`, async () => {
          assert.equal(await of(claims), expected);
          assert.equal(await outcomeOf(sql, claims), expected ? "not_found" : "no_organization");
        });
      }
      await t.step("a text holds a control character", async () => {
        const points = [...Array(0x20).keys(), ...Array(0x21).keys().map((i) => 0x7f + i)];
        for (const point of points) {
          const json = JSON.stringify(`a${code(point)}b`);
          const claims = `{"sub": "u", "app_metadata": {"organization_id": ${json}}}`;
          assert.equal(await of(claims), null, point.toString(16));
        }
        for (const point of [0x20, 0x7e, 0xa1]) {
          const text = `a${code(point)}b`;
          assert.equal(await of(JSON.stringify({ app_metadata: { organization_id: text } })), text);
        }
      });
      await t.step("the server names it", async () => {
        assert.equal(await of(null, "org-1"), "org-1");
        assert.equal(await of(null, UUID.toUpperCase()), UUID);
        assert.equal(await of(null, ""), null);
        assert.equal(await of(null, null), null);
      });
      await t.step("claims go before what is named beside them", async () => {
        assert.equal(await of('{"sub": "u"}', "another"), "u");
        assert.equal(await of("{}", "another"), null);
      });
    } finally {
      await sql.close();
    }
  });

  Deno.test(`a claim finds the slot of its organization in each spelling on ${name}`, async () => {
    const sql = await open();
    try {
      await migrate(sql);
      const spelled = (id: string) => JSON.stringify({ app_metadata: { organization_id: id } });
      const first = await claim(sql, spelled(UUID.toUpperCase()));
      assert.equal(first.outcome, "claimed");
      assert.equal(first.organization, UUID);
      assert.equal((await claim(sql, spelled(UUID))).outcome, "busy");
      assert.equal((await claim(sql, null, UUID.toUpperCase())).outcome, "busy");
      await sql.query("select messenger_finish_claim($1, $2, 'key', 'session', 'connected')", [
        first.id,
        first.claim_id,
      ]);
      for (const id of [UUID, UUID.toUpperCase(), `A${UUID.slice(1)}`]) {
        assert.equal((await claim(sql, spelled(id))).outcome, "exists");
        assert.equal((await claim(sql, null, id)).outcome, "exists");
      }
      const rows = await sql.query("select organization_id from messenger_integrations");
      assert.deepEqual(rows, [{ organization_id: UUID }]);
    } finally {
      await sql.close();
    }
  });

  Deno.test(`created_by is the user's id when it is a UUID, author in any case, on ${name}`, async () => {
    const sql = await open();
    try {
      await migrate(sql);
      for (const [sub, expected] of [[USER, USER], ["auth0|1", null], [undefined, null]]) {
        const organization = `of ${sub}`;
        const claims = JSON.stringify({ sub, app_metadata: { organization_id: organization } });
        const { outcome, id, claim_id } = await claim(sql, claims);
        assert.equal(outcome, "claimed");
        await sql.query("select messenger_finish_claim($1, $2, 'key', 'session', 'connected')", [
          id,
          claim_id,
        ]);
        await sql.query(
          "select messenger_begin_send($1, null, null, null, '+1', 'hi', null, 'f', gen_random_uuid(), " +
            "null, 60)",
          [claims],
        );
        const [row] = await sql.query(
          `select i.created_by, m.author from messenger_integrations i
           join messenger_messages m on m.integration_id = i.id where i.organization_id = $1`,
          [organization],
        );
        assert.deepEqual(row, { created_by: expected, author: sub ?? null });
      }
      const own = JSON.stringify({ sub: "auth0|1", app_metadata: { organization_id: "shop" } });
      const other = JSON.stringify({ sub: "auth0|2", app_metadata: { organization_id: "shop" } });
      assert.equal((await claim(sql, own)).outcome, "claimed");
      assert.equal((await claim(sql, own)).own, true);
      assert.equal((await claim(sql, other)).own, false);
    } finally {
      await sql.close();
    }
  });
}

interface Answer {
  outcome: string;
  organization?: string;
  id?: string;
  claim_id?: string;
  own?: boolean;
}

async function claim(
  sql: Sql,
  claims: string | null,
  organization: string | null = null,
): Promise<Answer> {
  const [{ answer }] = await sql.query(
    "select messenger_claim_connection($1, $2, null, null, 30) as answer",
    [claims, organization],
  );
  return answer as Answer;
}

async function outcomeOf(sql: Sql, claims: string): Promise<string> {
  const [{ answer }] = await sql.query(
    "select messenger_find_connection($1, null, null) as answer",
    [claims],
  );
  return (answer as Answer).outcome;
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 20)}… (${[...text].length} characters)` : text;
}
