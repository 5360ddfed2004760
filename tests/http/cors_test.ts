/** What the headers tell a browser: which pages may call, with which headers, and read which ones. */
import assert from "node:assert/strict";
import { corsHeaders as supabaseHeaders } from "@supabase/supabase-js/cors";
import { direct, userHeaders, withoutDatabase } from "../support/direct.ts";
import {
  FUNCTION_NAMES,
  type FunctionName,
  FUNCTIONS,
} from "../../supabase/functions/_shared/wpp/contract.ts";

const APP = "https://app.example.com";
const names = FUNCTION_NAMES;

function listed(response: Response, header: string): string[] {
  return (response.headers.get(header) ?? "").split(",").map((name) => name.trim().toLowerCase());
}

function preflight(name: FunctionName, origin = APP): Promise<Response> {
  return direct(name, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization, idempotency-key",
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
    for (const response of [await preflight("wpp-status", origin), refused]) {
      assertReadable(response, origin);
      assert.equal(response.headers.get("vary"), "Origin");
    }
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

for (const origins of ["app.example.com", `${APP}/`, `${APP}/path`, "*.example.com", "null"]) {
  withoutDatabase(`corsHeaders lets nobody in when ALLOWED_ORIGINS is ${origins}`, async () => {
    const response = await direct("wpp-status", { headers: { origin: APP } });
    assert.equal(response.status, 500);
    assert.match((await response.json()).error.message, /ALLOWED_ORIGINS/);
    assertUnreadable(response);
  }, { ALLOWED_ORIGINS: origins });
}
