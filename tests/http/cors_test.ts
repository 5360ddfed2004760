/** What the headers tell a browser: which pages may call, with which headers, and read which ones. */
import assert from "node:assert/strict";
import { corsHeaders as supabaseHeaders } from "@supabase/supabase-js/cors";
import { direct, userHeaders, withoutDatabase } from "../support/direct.ts";
import {
  FUNCTION_NAMES,
  type FunctionName,
} from "../../supabase/functions/_shared/wpp/contract.ts";

const APP = "https://app.example.com";
const names = FUNCTION_NAMES;

function listed(response: Response, header: string): string[] {
  return (response.headers.get(header) ?? "").split(",").map((name) => name.trim().toLowerCase());
}

function preflight(
  name: FunctionName,
  origin = APP,
  asked = "authorization, idempotency-key",
): Promise<Response> {
  return direct(name, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": asked,
    },
  });
}

/** What a browser must find in order to show a page the response, its body and our headers. */
function assertReadable(response: Response, origin = "*") {
  assert.equal(response.headers.get("access-control-allow-origin"), origin);
  for (const header of ["x-request-id", "retry-after", "idempotency-replayed"]) {
    assert.ok(listed(response, "access-control-expose-headers").includes(header), header);
  }
  assert.ok(response.headers.get("x-request-id"));
  assert.equal(response.headers.get("access-control-allow-credentials"), null);
}

function assertUnreadable(response: Response) {
  assert.equal(response.headers.get("access-control-allow-origin"), null);
  assert.equal(response.headers.get("vary"), "Origin");
}

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
    const reads = name === "wpp-qr" || name === "wpp-status";
    const methods = [...reads ? ["get"] : [], "post", "options"];
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
    const response = await direct(name, { method: "POST", headers: await userHeaders() });
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

const WRITTEN: [origins: string, sent: string][] = [
  [`${APP}/`, APP],
  ["HTTPS://App.Example.COM", APP],
  [`${APP}:443`, APP],
  ["https://bücher.example", "https://xn--bcher-kva.example"],
  ["capacitor://localhost", "capacitor://localhost"],
  ["ionic://localhost/", "ionic://localhost"],
  ["Tauri://LocalHost", "tauri://localhost"],
  ["app://-", "app://-"],
  ["app://bundle:8080", "app://bundle:8080"],
];
for (const [origins, sent] of WRITTEN) {
  withoutDatabase(`corsHeaders lets ${sent} in when ALLOWED_ORIGINS is ${origins}`, async () => {
    assertReadable(await preflight("wpp-send", sent), sent);
    assertUnreadable(await preflight("wpp-send", `${sent}.evil.test`));
    assertUnreadable(await preflight("wpp-send", "null"));
  }, { ALLOWED_ORIGINS: origins });
}

const REFUSED: [origins: string, says: RegExp][] = [
  ["app.example.com", /must be exact origins such as .+, separated by commas\.$/],
  [`${APP}/path`, /must be exact origins/],
  [`${APP} http://localhost:3000`, /must be exact origins/],
  [`https://user@app.example.com`, /must be exact origins/],
  ["capacitor://", /must be exact origins/],
  ["capacitor:localhost", /must be exact origins/],
  ["https:app.example.com", /must be exact origins/],
  ["file:///index.html", /must be exact origins/],
  [
    "*.example.com",
    /must not hold \* inside an origin: list each origin in full, .+ or set \* alone/,
  ],
  ["https://*.example.com", /must not hold \* inside an origin/],
  [`${APP},http://localhost:*`, /must not hold \* inside an origin/],
  ["null", /must not hold null, .+ an origin of its own/],
  [`${APP},NULL`, /must not hold null/],
];
for (const [origins, says] of REFUSED) {
  withoutDatabase(`corsHeaders lets nobody in when ALLOWED_ORIGINS is ${origins}`, async () => {
    const response = await direct("wpp-status", { headers: { origin: APP } });
    assert.equal(response.status, 500);
    const { message } = (await response.json()).error;
    assert.match(message, /ALLOWED_ORIGINS/);
    assert.match(message, says);
    assertUnreadable(response);
    assertUnreadable(await preflight("wpp-status", "null"));
  }, { ALLOWED_ORIGINS: origins });
}

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
