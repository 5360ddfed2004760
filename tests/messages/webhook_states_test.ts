/** What events tell of the connection itself, as wpp-connections lists it. */
import assert from "node:assert/strict";
import { listed } from "../support/numbers.ts";
import { connectHooked, type Hooked, incoming, post, tell } from "../support/webhook.ts";
import { inWorld, type World } from "../support/world.ts";

interface Listed {
  status: string;
  phone: string | null;
  webhook: { registeredAt: string | null; lastEventAt: string | null };
}

const only = async (world: World, { token }: Hooked) => {
  const [connection] = await listed(world, token);
  return connection as unknown as Listed;
};

const STATES: [body: (session: string) => object, status: string][] = [
  [(account) => ({ type: "qr", data: { account, qr: "2@code" } }), "qr_required"],
  [(account) => ({ type: "connected", data: { account } }), "connected"],
  [(account) => ({ event: "OFFLINE", account }), "disconnected"],
  [(account) => ({ type: "ready", account }), "connected"],
  [(account) => ({ type: "logout", data: { account } }), "disconnected"],
  [(session) => ({ event: "qrcode", session, qrcode: "aGVsbG8=", urlcode: "2@x" }), "qr_required"],
  [(session) => ({ event: "status-find", session, status: "inChat" }), "connected"],
  [(account) => ({ type: "disconnected", data: { account } }), "disconnected"],
];
inWorld("wpp-webhook stores how the connection stands", async (world) => {
  const hooked = await connectHooked(world);
  assert.equal((await only(world, hooked)).status, "starting");
  for (const [body, status] of STATES) {
    await tell(hooked.hook, body(hooked.session));
    assert.equal((await only(world, hooked)).status, status, JSON.stringify(body("")));
  }
});

inWorld("wpp-webhook leaves the status alone when a message comes", async (world) => {
  const hooked = await connectHooked(world);
  await tell(hooked.hook, { type: "connected", data: { account: hooked.session } });
  await tell(hooked.hook, incoming(hooked.session));
  assert.equal((await only(world, hooked)).status, "connected");
});

inWorld("wpp-webhook stores the number that an event tells as the connected one", async (world) => {
  const hooked = await connectHooked(world);
  assert.equal((await only(world, hooked)).phone, null);
  await tell(hooked.hook, incoming(hooked.session, { to: "79995556677@c.us" }));
  assert.equal((await only(world, hooked)).phone, "+79995556677");
  await tell(hooked.hook, incoming(hooked.session));
  assert.equal((await only(world, hooked)).phone, "+79995556677");
});

inWorld("wpp-webhook notes once in 10 s when the last event came", async (world) => {
  const hooked = await connectHooked(world);
  const { hook, session } = hooked;
  const lastEventAt = async () => (await only(world, hooked)).webhook.lastEventAt;
  const age = (s: number) =>
    world.database.query(
      "update messenger_integrations set last_event_at = now() - make_interval(secs => $1)",
      [s],
    );
  assert.equal(await lastEventAt(), null);
  await post(hook, "no JSON");
  const first = await lastEventAt();
  assert.ok(Math.abs(Date.now() - Date.parse(first!)) < 60_000, `${first}`);
  await tell(hook, incoming(session));
  assert.equal(await lastEventAt(), first);
  await age(5);
  const recent = await lastEventAt();
  await tell(hook, incoming(session));
  assert.equal(await lastEventAt(), recent);
  await age(11);
  const old = await lastEventAt();
  await tell(hook, incoming(session));
  assert.ok(Date.parse((await lastEventAt())!) > Date.parse(old!) + 10_000);
});
