/** The typed client's calls about connections and sent messages, through the functions themselves. */
import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { createWppClient, type WppClient } from "../../client/wpp_client.ts";
import { json, Script } from "../support/script.ts";
import { inWorld, SECRET_KEY, SUPABASE_URL, type World } from "../support/world.ts";

const secret = "shared-with-the-platform";
const SECRET = { secret, env: { WPP_SECRET: secret } };
const ORGANIZATION = { app_metadata: { organization_id: "org-1" } };
const MESSAGE = { to: "+79991112233", text: "Hello" };

function serverOf(organizationId: string): WppClient {
  const supabase = createClient(SUPABASE_URL, SECRET_KEY, { auth: { persistSession: false } });
  return createWppClient(supabase, { organizationId });
}

/** Takes each call about connections and messages; how the connections are called in the end. */
async function manage(wpp: WppClient, { simulator }: World) {
  const first = await wpp.create({ name: "Shop" });
  simulator.scan(first.session);
  const another = await wpp.create({ another: true, name: "Support" });
  const renamed = await wpp.updateConnection({ session: another.session, name: "Help" });
  assert.deepEqual([renamed.integrationId, renamed.name], [another.integrationId, "Help"]);
  const { messageId } = await wpp.send({ ...MESSAGE, session: first.session });
  const { deletedAt } = await wpp.deleteMessage({ messageId });
  assert.deepEqual(await wpp.deleteMessage({ messageId }), { messageId, deletedAt });
  assert.equal(
    (await wpp.updateConnection({ session: another.session, isPrimary: true })).isPrimary,
    true,
  );
  const ended = await wpp.disconnect({ session: first.session });
  assert.deepEqual(ended, {
    integrationId: first.integrationId,
    session: first.session,
    status: "disconnected",
  });
  return (await wpp.connections()).map(({ name, status, isPrimary }) => [name, status, isPrimary]);
}

const LEFT = [["Help", "starting", true], ["Shop", "disconnected", false]];

inWorld("WppClient manages a user's connections and messages", async (world) => {
  assert.deepEqual(await manage(createWppClient(await world.signIn()), world), LEFT);
}, SECRET);

inWorld(
  "WppClient does the same for a server, in the organization that it names",
  async (world) => {
    assert.deepEqual(await manage(serverOf("org-1"), world), LEFT);
    const rows = await world.database.query(
      "select organization_id, created_by from messenger_integrations",
    );
    const row = { organization_id: "org-1", created_by: null };
    assert.deepEqual(rows, [row, row]);
    assert.deepEqual(await serverOf("org-2").connections(), []);
    // A name that has to be written otherwise in a query.
    assert.deepEqual(await serverOf("a&b=c ü").connections(), []);
  },
  SECRET,
);

inWorld("WppClient rejects with not_supported without WPP_SECRET", async (world) => {
  const user = createWppClient(await world.signIn(ORGANIZATION));
  await user.create();
  await assert.rejects(user.create({ another: true, name: "x" }), { code: "not_supported" });
  await assert.rejects(serverOf("org-1").create(), { code: "not_supported", action: "report" });
});

inWorld("connect adds a further number, and connects a named one anew", async (world) => {
  const wpp = createWppClient(await world.signIn());
  await wpp.create();
  const onlyOnce = new AbortController();
  await wpp.connect({
    another: true,
    name: "Second",
    signal: onlyOnce.signal,
    onState: (state) => state.step === "waiting_for_qr" && onlyOnce.abort(),
  });
  const [, second] = await wpp.connections();
  assert.equal(second.name, "Second");
  await wpp.disconnect({ session: second.session });
  const again = new AbortController();
  await wpp.connect({
    reconnect: true,
    session: second.session,
    signal: again.signal,
    onState: (state) => state.step === "waiting_for_qr" && again.abort(),
  });
  const [, renewed] = await wpp.connections();
  assert.deepEqual([renewed.integrationId, renewed.status], [second.integrationId, "starting"]);
}, SECRET);

Deno.test("calls take no portal's page for an answer", async () => {
  using script = new Script();
  const page = json(200, { hello: 1 });
  for (const name of ["wpp-delete", "wpp-disconnect", "wpp-connections"]) {
    script.answers[name] = [page];
  }
  const { wpp } = script;
  const code = "unexpected_response";
  await assert.rejects(wpp.deleteMessage({ messageId: "x" }), { code });
  await assert.rejects(wpp.disconnect(), { code });
  await assert.rejects(wpp.connections(), { code });
  await assert.rejects(wpp.updateConnection({ session: "1", name: "x" }), { code });
});
