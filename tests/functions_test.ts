/** Each function from Request to Response, for the rows of the HTTP contract. */
import assert from "node:assert/strict";
import type { FunctionsHttpError } from "@supabase/supabase-js";
import { userToken } from "./support/jwt.ts";
import { WPP_BASE_URL } from "./support/network.ts";
import { functions, inWorld } from "./support/world.ts";

async function errorOf(promise: Promise<{ error: FunctionsHttpError | null }>) {
  const { error } = await promise;
  assert.ok(error, "expected an error");
  const response = error.context as Response;
  const { error: body } = await response.json();
  assert.equal(body.requestId, response.headers.get("x-request-id"));
  return { ...body, http: response.status, headers: response.headers };
}

inWorld("wpp-create answers 201, then 200 with the same connection", async (world) => {
  const token = await userToken();
  const first = await world.call("wpp-create", { token, body: { name: "Shop" } });
  assert.equal(first.status, 201);
  assert.equal(first.headers.get("cache-control"), "no-store");
  const created = await first.json();
  const row = await world.row("select * from messenger_integrations");
  assert.deepEqual(created, {
    integrationId: row?.id,
    session: world.simulator.clients[0].session,
    status: "starting",
    created: true,
  });
  assert.equal(row?.name, "Shop");
  assert.equal(row?.is_primary, true);
  assert.equal(row?.messenger_type, "whatsapp");
  assert.equal(row?.provider, "wpp");
  assert.deepEqual(row?.settings, {
    apiKey: world.simulator.clients[0].apiKey,
    session: created.session,
  });

  const second = await world.call("wpp-create", { token, body: {} });
  assert.equal(second.status, 200);
  assert.deepEqual(await second.json(), { ...created, created: false });
  assert.equal(world.simulator.countOf("create"), 1);
});

inWorld("wpp-create makes one client when two call at once", async (world) => {
  const supabase = await world.signIn();
  const [one, other] = await Promise.all([
    supabase.functions.invoke("wpp-create"),
    supabase.functions.invoke("wpp-create"),
  ]);
  assert.equal(one.data.session, other.data.session);
  assert.deepEqual([one.data.created, other.data.created].sort(), [false, true]);
  assert.equal(world.simulator.clients.length, 1);
  assert.equal((await world.database.query("select 1 from messenger_integrations")).length, 1);
});

inWorld("wpp-create sends the caller's own JWT and the claim's id", async (world) => {
  const token = await userToken();
  let claimed: unknown;
  world.network.serve(WPP_BASE_URL, async (request) => {
    claimed = await world.row("select claim_id from messenger_integrations");
    return await world.simulator.fetch(request);
  });
  await world.call("wpp-create", { token });
  const [request] = world.simulator.requests;
  assert.equal(request.headers.authorization, `Bearer ${token}`);
  assert.deepEqual(claimed, { claim_id: request.headers["idempotency-key"] });
});

inWorld("wpp-qr answers 202 with Retry-After when there is no code yet", async (world) => {
  const supabase = await world.signIn();
  await supabase.functions.invoke("wpp-create");
  world.simulator.misbehave("qr", { kind: "respond", status: 404, body: {} });
  world.simulator.misbehave("status", {
    kind: "respond",
    status: 200,
    body: { status: "starting" },
  });
  const { data, error, response } = await supabase.functions.invoke("wpp-qr");
  assert.equal(error, null);
  assert.equal(response?.status, 202);
  assert.equal(data.state, "pending");
  assert.equal(response?.headers.get("retry-after"), "2");
});

inWorld("wpp-qr and wpp-status take GET with a query", async (world) => {
  const token = await userToken();
  const { session } = await (await world.call("wpp-create", { token })).json();
  for (const name of ["wpp-qr", "wpp-status"] as const) {
    const response = await world.call(name, { token, method: "GET", query: `?session=${session}` });
    assert.equal(response.status, 200, name);
    assert.equal((await response.json()).session, session);
  }
});

inWorld(
  "wpp-status keeps the platform's word and stores the status when it changed",
  async (world) => {
    const { supabase, session } = await world.connect();
    world.simulator.settings.statusWord = () => "READY";
    const { data } = await supabase.functions.invoke("wpp-status");
    assert.equal(data.session, session);
    assert.equal(data.status, "connected");
    assert.equal(data.providerStatus, "READY");
    assert.ok(Math.abs(Date.parse(data.checkedAt) - Date.now()) < 60_000);
    assert.equal(
      (await world.row("select status from messenger_integrations"))?.status,
      "connected",
    );
    const writes = () => world.serviceCalls.filter((call) => call.method === "PATCH").length;
    const before = writes();
    await supabase.functions.invoke("wpp-status");
    assert.equal(writes(), before);
  },
);

inWorld(
  "a warm call costs one database read, one platform call and no auth call",
  async (world) => {
    const { supabase } = await world.connect();
    await supabase.functions.invoke("wpp-status");
    world.simulator.disconnect(world.simulator.clients[0].session);
    await supabase.functions.invoke("wpp-status");

    const counts = async (name: "wpp-status" | "wpp-qr" | "wpp-send", body?: object) => {
      world.serviceCalls.length = 0;
      const before = world.simulator.requests.length;
      const { error } = await supabase.functions.invoke(name, { body });
      assert.equal(error, null, name);
      return {
        database: world.serviceCalls.map(({ service, method }) => `${service} ${method}`),
        platform: world.simulator.requests.slice(before).map(({ call }) => call),
      };
    };
    assert.deepEqual(await counts("wpp-status"), { database: ["rest GET"], platform: ["status"] });
    world.simulator.misbehave("qr", { kind: "respond", status: 200, body: { qr: "2@warm,code" } });
    assert.deepEqual(await counts("wpp-qr"), { database: ["rest GET"], platform: ["qr"] });
    world.simulator.scan(world.simulator.clients[0].session);
    assert.deepEqual(await counts("wpp-send", { to: "+79991112233", text: "hi" }), {
      database: ["rest POST", "rest PATCH"], // looked up and opened; closed
      platform: ["send"],
    });
  },
);

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

for (const odd of ["null", "true", "1", "*", 'a"b', "a\\b", "(a,b)"]) {
  inWorld(`the functions take ${odd} for the name of an organization or session`, async (world) => {
    const { supabase } = await world.connect({ app_metadata: { organization_id: odd } });
    assert.equal((await supabase.functions.invoke("wpp-status")).data.status, "connected");
    const ask = () => errorOf(supabase.functions.invoke("wpp-status", { body: { session: odd } }));
    assert.equal((await ask()).code, "integration_not_found");
    await world.database.query(
      "update messenger_integrations set settings = settings || jsonb_build_object('session', $1::text)",
      [odd],
    );
    assert.equal((await ask()).code, "reconnect_required"); // the platform knows no such session
  });
}

inWorld(
  "another organization's session is 404; the organization comes from the JWT",
  async (world) => {
    const { session } = await world.connect({ app_metadata: { organization_id: "org-1" } });
    const colleague = await world.signIn({ app_metadata: { organization_id: "org-1" } });
    const stranger = await world.signIn({ app_metadata: { organization_id: "org-2" } });
    assert.equal(
      (await colleague.functions.invoke("wpp-status", { body: { session } })).data.status,
      "connected",
    );
    for (const name of ["wpp-qr", "wpp-status"]) {
      const error = await errorOf(stranger.functions.invoke(name, { body: { session } }));
      assert.equal(error.code, "integration_not_found", name);
    }
    const body = { session, to: "+79991112233", text: "hi" };
    const error = await errorOf(stranger.functions.invoke("wpp-send", { body }));
    assert.equal(error.code, "integration_not_found");
    assert.equal(world.simulator.messages.length, 0);
  },
);

inWorld(
  "reconnect_required is answered when the platform refuses the stored key",
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

inWorld("rate_limited passes the platform's Retry-After on", async (world) => {
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

inWorld("misconfigured names the variable and the function boots without it", async (world) => {
  for (const name of Object.keys(functions) as (keyof typeof functions)[]) {
    const response = await world.call(name, { token: await userToken() });
    const { error } = await response.json();
    assert.deepEqual([response.status, error.code], [500, "misconfigured"]);
    assert.match(error.message, /WPP_BASE_URL/);
  }
}, { env: { WPP_BASE_URL: undefined } });

inWorld("database_unavailable is answered when the database is away", async (world) => {
  const supabase = await world.signIn();
  world.intercept = () => Response.error();
  const error = await errorOf(supabase.functions.invoke("wpp-status"));
  assert.deepEqual([error.http, error.code, error.retryable], [503, "database_unavailable", true]);
  assert.equal(world.serviceCalls.length, 1);
});

inWorld("misconfigured tells of a database that is not migrated", async (world) => {
  const supabase = await world.signIn();
  world.intercept = () => Response.json({ code: "PGRST205", message: "…" }, { status: 404 });
  const error = await errorOf(supabase.functions.invoke("wpp-status"));
  assert.deepEqual([error.http, error.code], [500, "misconfigured"]);
  assert.match(error.message, /supabase db push/);
});

inWorld(
  "an unforeseen failure is internal, and its message stays out of the log",
  async (world) => {
    const supabase = await world.signIn();
    world.intercept = () => Response.json([{ id: 5, surprising: "hush" }]);
    const error = await errorOf(supabase.functions.invoke("wpp-status"));
    assert.deepEqual([error.http, error.code], [500, "internal"]);
    assert.doesNotMatch(JSON.stringify(world.logs), /hush/);
    assert.ok(world.logs.some((line) => line.code === "internal" && line.cause));
  },
);

inWorld("wpp-status tells the status though it cannot be stored", async (world) => {
  const { supabase } = await world.connect();
  world.intercept = (request) => request.method === "PATCH" ? Response.error() : undefined;
  const { data, error } = await supabase.functions.invoke("wpp-status");
  assert.equal(error, null);
  assert.equal(data.status, "connected");
  assert.deepEqual(world.logs.at(-1)?.warnings, ["token_not_saved", "status_not_saved"]);
});

for (
  const { fault, http, code, requests } of [
    {
      fault: { kind: "reset", when: "before" },
      http: 502,
      code: "gateway_unreachable",
      requests: 3,
    },
    { fault: { kind: "hang" }, http: 504, code: "gateway_timeout", requests: 1 },
    {
      fault: { kind: "html", status: 200 },
      http: 502,
      code: "gateway_invalid_response",
      requests: 1,
    },
    { fault: { kind: "respond", status: 403 }, http: 502, code: "gateway_error", requests: 1 },
  ] as const
) {
  inWorld(
    `wpp-status answers ${code} when the platform does ${JSON.stringify(fault)}`,
    async (world) => {
      const { supabase } = await world.connect();
      world.simulator.misbehave("status", fault, { times: 3 });
      const error = await world.fastForward(() => errorOf(supabase.functions.invoke("wpp-status")));
      assert.deepEqual([error.http, error.code], [http, code]);
      assert.equal(world.simulator.countOf("status"), requests);
    },
  );
}

inWorld("database_unavailable is answered within 5 s when the database hangs", async (world) => {
  const supabase = await world.signIn();
  world.intercept = () => {
    world.busy--; // it will not answer, so waiting for it is what is to be made short
    return new Promise(() => {});
  };
  const started = Date.now();
  const error = await world.fastForward(() => errorOf(supabase.functions.invoke("wpp-status")));
  assert.equal(error.code, "database_unavailable");
  assert.ok(Date.now() - started < 4_000, "the time was not faked");
  assert.ok(Number(world.logs.at(-1)?.durationMs) <= 5_000);
});
