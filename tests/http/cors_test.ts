/** What the headers tell a browser: which pages may call, with which headers, and read which ones. */
import assert from "node:assert/strict";
import { corsHeaders as supabaseHeaders } from "@supabase/supabase-js/cors";
import { APP, assertReadable, assertUnreadable, listed, preflight } from "../support/cors.ts";
import { direct, userHeaders, withoutDatabase } from "../support/direct.ts";
import { FUNCTION_NAMES, FUNCTIONS } from "../../supabase/functions/_shared/wpp/contract.ts";

const names = FUNCTION_NAMES;

for (const name of names) {
  withoutDatabase(`${name} allows in a preflight all that supabase-js sends`, async () => {
    const response = await preflight(name);
    assert.equal(response.status, 204);
    assert.equal(await response.text(), "");
    assertReadable(response);
    const allowed = listed(response, "access-control-allow-headers");
    const sent = supabaseHeaders["Access-Control-Allow-Headers"].toLowerCase().split(/\s*,\s*/);
    assert.ok(sent.includes("authorization") && sent.includes("apikey"));
    for (const header of [...sent, "x-region", "idempotency-key", "content-type"]) {
      assert.ok(allowed.includes(header), header);
    }
  });

  withoutDatabase(`${name} names its methods in a preflight`, async () => {
    const methods = [...FUNCTIONS[name].methods, "OPTIONS"].map((method) => method.toLowerCase());
    assert.deepEqual(listed(await preflight(name), "access-control-allow-methods"), methods);
  });

  withoutDatabase(`${name} lets pages of any origin read its errors by default`, async (lines) => {
    for (const method of ["POST", "DELETE"]) {
      const response = await direct(name, { method, headers: { origin: APP } });
      assert.ok([401, 405].includes(response.status));
      assertReadable(response);
      assert.equal(response.headers.get("vary"), null);
    }
    assert.equal(lines.length, 2);
  });

  withoutDatabase(`${name} lets pages read that it is misconfigured`, async () => {
    const method = FUNCTIONS[name].methods[0];
    const response = await direct(name, { method, headers: await userHeaders() });
    assert.equal(response.status, 500);
    assertReadable(response);
    assert.equal((await preflight(name)).status, 204);
  }, { WPP_BASE_URL: undefined });
}

const CHOSEN = { ALLOWED_ORIGINS: ` ${APP} ,http://localhost:3000` };

withoutDatabase("corsHeaders lets the listed origins in, each by its own name", async () => {
  for (const origin of [APP, "http://localhost:3000"]) {
    const refused = await direct("wpp-status", { headers: { origin } });
    assert.equal(refused.status, 401);
    assertReadable(refused, origin);
    assert.equal(refused.headers.get("vary"), "Origin");
    const asked = await preflight("wpp-status", origin);
    assertReadable(asked, origin);
    assert.equal(asked.headers.get("vary"), "Origin, Access-Control-Request-Headers");
  }
}, CHOSEN);

for (
  const origin of [
    "https://app.example.com.evil.test",
    "https://evil.test/https://app.example.com",
    "https://APP.example.com",
    "https://app.example.com:444",
    "http://app.example.com",
    "https://sub.app.example.com",
    "http://localhost",
    "null",
    "*",
    "",
  ]
) {
  withoutDatabase(`corsHeaders lets ${origin || "an empty origin"} read nothing`, async () => {
    assertUnreadable(await preflight("wpp-send", origin));
    assertUnreadable(await direct("wpp-send", { method: "POST", headers: { origin } }));
  }, CHOSEN);
}

withoutDatabase("corsHeaders varies by origin also where none is sent", async () => {
  assertUnreadable(await direct("wpp-status"));
}, CHOSEN);

withoutDatabase("corsHeaders lets every origin in when the list holds a star", async () => {
  assertReadable(await direct("wpp-status", { headers: { origin: "https://any.test" } }));
}, { ALLOWED_ORIGINS: `${APP}, *` });

const OWN = "x-app-version, X-Request-Start,sentry-trace";

for (const origins of [undefined, APP]) {
  withoutDatabase(
    `preflightHeaders allows an app's own headers when ALLOWED_ORIGINS is ${origins ?? "not set"}`,
    async () => {
      const response = await preflight("wpp-send", APP, OWN);
      const allowed = listed(response, "access-control-allow-headers");
      const expected = ["x-app-version", "x-request-start", "sentry-trace"];
      for (const header of [...expected, "authorization", "idempotency-key"]) {
        assert.ok(allowed.includes(header), header);
      }
      assert.equal(new Set(allowed).size, allowed.length);
      assert.ok(listed(response, "vary").includes("access-control-request-headers"));
    },
    { ALLOWED_ORIGINS: origins },
  );
}

withoutDatabase("preflightHeaders repeats nothing to an origin that is not listed", async () => {
  const response = await preflight("wpp-send", "https://evil.test", OWN);
  assertUnreadable(response);
  const allowed = listed(response, "access-control-allow-headers");
  assert.ok(!allowed.some((header) => /version|start|sentry/.test(header)), allowed.join());
}, CHOSEN);

withoutDatabase("preflightHeaders repeats only what is the name of a header", async () => {
  const asked = '*, x-good, x bad, "x-quoted", <script>, x:colon, , x(1)';
  const before = listed(await preflight("wpp-send", APP, ""), "access-control-allow-headers");
  const allowed = listed(await preflight("wpp-send", APP, asked), "access-control-allow-headers");
  assert.deepEqual(allowed, [...before, "x-good"]);
});

withoutDatabase(
  "preflightHeaders repeats nothing when a kilobyte of names is asked for",
  async () => {
    const before = listed(await preflight("wpp-send", APP, ""), "access-control-allow-headers");
    const asked = Array.from({ length: 200 }, (_, index) => `x-${index}`).join(", ");
    const allowed = listed(await preflight("wpp-send", APP, asked), "access-control-allow-headers");
    assert.deepEqual(allowed, before);
  },
);
