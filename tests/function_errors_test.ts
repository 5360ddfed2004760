/** Each function's errors, from Request to Response, for the rows of the HTTP contract. */
import assert from "node:assert/strict";
import type { Fault } from "../local/simulator/simulator.ts";
import { errorOf } from "./support/function_error.ts";
import { userToken } from "./support/jwt.ts";
import { functions } from "./support/functions.ts";
import { inWorld } from "./support/world.ts";

inWorld("the functions answer integration_not_found when nothing is connected", async (world) => {
  const supabase = await world.signIn();
  for (const name of ["wpp-qr", "wpp-status"]) {
    const error = await errorOf(supabase.functions.invoke(name));
    assert.deepEqual([error.http, error.code], [404, "integration_not_found"], name);
  }
  const error = await errorOf(
    supabase.functions.invoke("wpp-send", { body: { to: "+79991112233", text: "hi" } }),
  );
  assert.deepEqual([error.http, error.code], [404, "integration_not_found"]);
  assert.equal(world.simulator.requests.length, 0);
});

inWorld(
  "the functions answer reconnect_required when the platform refuses the stored key",
  async (world) => {
    const { supabase, session } = await world.connect();
    await world.database.exec(
      "update messenger_integrations set api_key_issued_at = now() - interval '1 hour'",
    );
    world.simulator.revokeKey(world.simulator.clients[0].apiKey);
    world.simulator.revokeTokens(session);
    for (const name of ["wpp-status", "wpp-qr"]) {
      const error = await errorOf(supabase.functions.invoke(name));
      assert.deepEqual([error.http, error.code, error.retryable], [
        409,
        "reconnect_required",
        false,
      ]);
    }
  },
);

inWorld("wpp-status passes Retry-After on when the platform limits the rate", async (world) => {
  const { supabase } = await world.connect();
  world.simulator.misbehave("status", {
    kind: "respond",
    status: 429,
    headers: { "retry-after": "17" },
  });
  const error = await errorOf(supabase.functions.invoke("wpp-status"));
  assert.deepEqual([error.http, error.code, error.retryable], [429, "rate_limited", true]);
  assert.equal(error.headers.get("retry-after"), "17");
});

inWorld(
  "the functions answer misconfigured with the name of a variable when that is missing",
  async (world) => {
    for (const name of Object.keys(functions) as (keyof typeof functions)[]) {
      const response = await world.call(name, { token: await userToken() });
      const { error } = await response.json();
      assert.deepEqual([response.status, error.code], [500, "misconfigured"]);
      assert.match(error.message, /WPP_BASE_URL/);
    }
  },
  { env: { WPP_BASE_URL: undefined } },
);

inWorld(
  "wpp-status answers database_unavailable when the database cannot be reached",
  async (world) => {
    const supabase = await world.signIn();
    world.intercept = () => Response.error();
    const error = await errorOf(supabase.functions.invoke("wpp-status"));
    assert.deepEqual([error.http, error.code, error.retryable], [
      503,
      "database_unavailable",
      true,
    ]);
    assert.equal(world.serviceCalls.length, 1);
  },
);

inWorld("wpp-status answers misconfigured when the database is not migrated", async (world) => {
  const supabase = await world.signIn();
  world.intercept = () => Response.json({ code: "PGRST205", message: "…" }, { status: 404 });
  const error = await errorOf(supabase.functions.invoke("wpp-status"));
  assert.deepEqual([error.http, error.code], [500, "misconfigured"]);
  // Hosted and local: the CLI pushes to the local database unless it is told --remote.
  assert.match(error.message, /`supabase db push --remote` \(without `--remote` for a local/);
});

inWorld(
  "wpp-status answers internal and logs no message when a failure is unforeseen",
  async (world) => {
    const supabase = await world.signIn();
    world.intercept = () => Response.json([{ id: 5, surprising: "hush" }]);
    const error = await errorOf(supabase.functions.invoke("wpp-status"));
    assert.deepEqual([error.http, error.code], [500, "internal"]);
    assert.doesNotMatch(JSON.stringify(world.logs), /hush/);
    assert.ok(world.logs.some((line) => line.code === "internal" && line.cause));
  },
);

inWorld("wpp-status answers the status when it cannot be stored", async (world) => {
  const { supabase } = await world.connect();
  world.intercept = (request) => request.method === "PATCH" ? Response.error() : undefined;
  const { data, error } = await supabase.functions.invoke("wpp-status");
  assert.equal(error, null);
  assert.equal(data.status, "connected");
  assert.deepEqual(world.logs.at(-1)?.warnings, ["token_not_saved", "status_not_saved"]);
});

const FAULTS: Record<string, { fault: Fault; http: number; code: string; requests: number }> = {
  "resets the connection": {
    fault: { kind: "reset", when: "before" },
    http: 502,
    code: "gateway_unreachable",
    requests: 3,
  },
  hangs: { fault: { kind: "hang" }, http: 504, code: "gateway_timeout", requests: 1 },
  "answers an HTML page": {
    fault: { kind: "html", status: 200 },
    http: 502,
    code: "gateway_invalid_response",
    requests: 1,
  },
  "answers 403": {
    fault: { kind: "respond", status: 403 },
    http: 502,
    code: "gateway_error",
    requests: 1,
  },
};
for (const [name, { fault, http, code, requests }] of Object.entries(FAULTS)) {
  inWorld(
    `wpp-status answers ${code} when the platform ${name}`,
    async (world) => {
      const { supabase } = await world.connect();
      world.simulator.misbehave("status", fault, { times: 3 });
      const error = await world.fastForward(() => errorOf(supabase.functions.invoke("wpp-status")));
      assert.deepEqual([error.http, error.code], [http, code]);
      assert.equal(world.simulator.countOf("status"), requests);
    },
  );
}

inWorld(
  "wpp-status answers database_unavailable within 5 s when the database hangs",
  async (world) => {
    const supabase = await world.signIn();
    world.intercept = () => {
      world.busy--; // it will never answer: fastForward must not wait for it
      return new Promise(() => {});
    };
    const started = Date.now();
    const error = await world.fastForward(() => errorOf(supabase.functions.invoke("wpp-status")));
    assert.equal(error.code, "database_unavailable");
    assert.ok(Date.now() - started < 4_000, "the time was not faked");
    assert.ok(Number(world.logs.at(-1)?.durationMs) <= 5_000);
  },
);
