/** Anything at all as a request: answered as documented, at once, and never quoted. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { errorOutput } from "../../supabase/functions/_shared/wpp/contract.ts";
import { ERRORS } from "../../supabase/functions/_shared/wpp/errors.ts";
import { direct } from "../support/direct.ts";
import { userToken } from "../support/jwt.ts";
import { inWorld } from "../support/world.ts";
import { FUNCTION_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";

/** In every value that is sent, and in no name: so that it must not come back. */
const MARK = "VALUE0MARK";
const LONGEST_NAME = 64;

const anyText = fc.string({ unit: "binary", maxLength: 40 });
const surrogates = fc.constantFrom("\ud800", "\udfff", "\udc00\ud800", "a\ud83d");
const marked = fc.oneof(anyText, surrogates).map((text) => MARK + text);
const hugeNumbers = fc.constantFrom("1e999", "-1e999", "9".repeat(400), "0.1e-999", "-0");
const knownNames = fc.constantFrom("session", "to", "text", "name", "reconnect", "organization_id");
const oddNames = fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", "then");
const names = fc.oneof(knownNames, oddNames, fc.string({ maxLength: 100 }), surrogates);

const leaf = fc.oneof(
  marked.map((text) => JSON.stringify(text)),
  fc.constantFrom('"+79991112233"', '"Hello"', '"\\u0000"', '"\\ud800"'),
  hugeNumbers,
  fc.constantFrom("null", "true", "false", "{}", "[]", "0"),
);
const { tree: json } = fc.letrec<{ tree: string; object: string }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie("object")),
  object: fc.array(fc.tuple(names, tie("tree")), { maxLength: 6 }).map(objectOf),
}));
/** Written by hand, so that names may come twice. */
function objectOf(entries: [string, string][]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join()}}`;
}
const deep = fc.tuple(fc.constantFrom("[", '{"session":', '{"a":['), fc.nat(16_000))
  .map(([open, depth]) => open.repeat(depth).slice(0, 64_000));
const closed = fc.nat(30_000).map((depth) => "[".repeat(depth) + "]".repeat(depth));

const plausible = fc.constantFrom(
  "{}",
  `{"session":"${MARK}"}`,
  `{"name":"${MARK}","name":"${MARK}2"}`,
  `{"to":"+79991112233","text":"${MARK}"}`,
  `{"to":"${MARK}","text":"x"}`,
  `{"to":"+79991112233","text":"x","session":"${MARK}","session":"${MARK}2"}`,
);

const body = fc.oneof(
  { weight: 10, arbitrary: plausible },
  { weight: 6, arbitrary: fc.array(fc.tuple(names, json), { maxLength: 12 }).map(objectOf) },
  { weight: 2, arbitrary: json },
  deep,
  closed,
  anyText,
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom("", " ", "\ufeff{}", "x".repeat(70_000)),
);
const harmless = {
  "idempotency-key": fc.oneof(fc.constantFrom("k", "\u00ff", "x".repeat(300)), headerText()),
  origin: fc.constantFrom("null", "https://app.test", "*", "%%%"),
  "x-request-id": headerText(),
  "x-forwarded-host": headerText(),
  prefer: fc.constant("tx=rollback"),
  "accept-profile": fc.constant("auth"),
};
const ofBody = {
  "content-type": fc.constantFrom("application/json; charset=utf-8", "text/plain", "a/b;;"),
  "content-encoding": fc.constantFrom("gzip", "identity"),
  "content-length": fc.constantFrom("0", "-1", "1e9", "NaN", "99999999999999999999"),
};
const headers = fc.oneof(
  { weight: 3, arbitrary: fc.record(harmless, { requiredKeys: [] }) },
  fc.record({ ...harmless, ...ofBody }, { requiredKeys: [] }),
).map((given) => ({ "content-type": "application/json", ...given }));

function headerText() {
  return fc.stringMatching(/^[\x21-\x7e]{1,50}$/).map((text) => MARK + text);
}

const method = fc.oneof(
  { weight: 6, arbitrary: fc.constant("POST") },
  fc.constantFrom("GET", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "QUERY", "post", "M-SEARCH"),
);
const query = fc.array(fc.tuple(names, fc.oneof(marked, fc.constant(""))), { maxLength: 4 })
  .map((entries) =>
    `?${new URLSearchParams(entries.map(([k, v]) => [k.toWellFormed(), v.toWellFormed()]))}`
  );
const target = fc.oneof(
  query,
  fc.constantFrom("", "/", "/../wpp-send", "//", "/%00", "?%", "?a=%ff"),
);

const request = fc.record({
  name: fc.constantFrom(...FUNCTION_NAMES),
  method,
  headers,
  target,
  body,
});

/** What every answer has in common, whatever was asked. */
async function assertDocumented(response: Response, listsOwnNames = false): Promise<void> {
  assert.ok(response.status < 500, `answered ${response.status}`);
  const text = await response.text();
  const heads = JSON.stringify([...response.headers]);
  const quotes = !listsOwnNames && text.includes(MARK) || heads.includes(MARK);
  assert.ok(!quotes, `quotes what was sent: ${text}`);
  assert.ok(response.headers.get("x-request-id"));
  if (response.status < 400) return;
  const { error } = errorOutput.parse(JSON.parse(text));
  assert.equal(response.status, ERRORS[error.code].status);
  for (const name of Object.keys(error.fields ?? {})) assert.ok(name.length <= LONGEST_NAME);
  assert.ok(Object.keys(error.fields ?? {}).length <= 10);
}

inWorld("the functions answer any request as documented, without a word of it", async (world) => {
  const authorization = `Bearer ${await userToken()}`;
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(request, async ({ name, target: query, method, headers, body }) => {
      const response = await direct(name, {
        query,
        method,
        headers: { ...headers, authorization },
        body: /^(GET|HEAD)$/i.test(method) ? undefined : body as BodyInit,
      });
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      // A connection that an earlier call named is listed by that name.
      await assertDocumented(response, name === "wpp-connections" && response.ok);
    }),
    { numRuns: 400, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
  );
  // The mix reached what it is meant to reach.
  for (const status of [200, 204, 400, 405, 413, 415]) {
    assert.ok(statuses.get(status), `no ${status}`);
  }
  assert.equal(JSON.stringify(world.logs).includes(MARK), false);
});

const field = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
  fc.constantFrom(
    "*",
    "%",
    "null",
    "x,y",
    "(select 1)",
    "a.b",
    '"',
    "\\",
    "eq.1",
    "'; drop table x --",
  ),
);

inWorld("the functions find nothing when a session never existed", async (world) => {
  const token = await userToken();
  await world.call("wpp-create", { token });
  await fc.assert(
    fc.asyncProperty(
      field,
      fc.constantFrom(...["wpp-qr", "wpp-status", "wpp-send"] as const),
      async (session, name) => {
        const message = name === "wpp-send" ? { to: "+79991112233", text: session } : {};
        const response = await world.call(name, { token, body: { session, ...message } });
        assert.ok([400, 404].includes(response.status), `answered ${response.status}`);
        await assertDocumented(response);
      },
    ),
    { numRuns: 150 },
  );
  assert.deepEqual(world.simulator.requests.map((one) => one.call), ["create"]);
});

inWorld("wpp-create keeps any name that it takes as it is", async (world) => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 110 }), async (name) => {
      const response = await world.call("wpp-create", { token: await userToken(), body: { name } });
      if (response.status === 400) return;
      assert.equal(response.status, 201);
      const { integrationId } = await response.json();
      const row = await world.row(
        "select name from messenger_integrations where id = $1",
        integrationId,
      );
      assert.equal(row?.name, name);
    }),
    { numRuns: 60 },
  );
});
