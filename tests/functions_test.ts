/** Each function from Request to Response, for the rows of the HTTP contract. */
import type { FunctionRegion } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { errorOf } from "./support/function_error.ts";
import { userToken } from "./support/jwt.ts";
import { WPP_BASE_URL } from "./support/network.ts";
import { inWorld } from "./support/world.ts";

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
        database: world.serviceCalls.map(({ method, path }) =>
          `${method} ${path.replace("/rest/v1/", "")}`
        ),
        platform: world.simulator.requests.slice(before).map(({ call }) => call),
      };
    };
    const lookup = "POST rpc/messenger_find_connection";
    assert.deepEqual(await counts("wpp-status"), { database: [lookup], platform: ["status"] });
    world.simulator.misbehave("qr", { kind: "respond", status: 200, body: { qr: "2@warm,code" } });
    assert.deepEqual(await counts("wpp-qr"), { database: [lookup], platform: ["qr"] });
    world.simulator.scan(world.simulator.clients[0].session);
    assert.deepEqual(await counts("wpp-send", { to: "+79991112233", text: "hi" }), {
      database: ["POST rpc/messenger_begin_send", "POST rpc/messenger_close_send"],
      platform: ["send"],
    });
  },
);

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
  "the functions answer integration_not_found when a session is another organization's",
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

inWorld("every function takes a call of supabase-js with a region", async (world) => {
  const { supabase } = await world.connect();
  const calls = [
    ["wpp-create", {}],
    ["wpp-qr", {}],
    ["wpp-qr", { method: "GET" }],
    ["wpp-status", {}],
    ["wpp-status", { method: "GET" }],
    ["wpp-send", { body: { to: "+79991112233", text: "Hello" } }],
  ] as const;
  for (const [name, options] of calls) {
    const region = "eu-central-1" as FunctionRegion;
    const { error } = await supabase.functions.invoke(name, { ...options, region });
    assert.equal(error, null, name);
  }
});
