/** Recipients as wpp-send takes them. */
import assert from "node:assert/strict";
import { userToken } from "../support/jwt.ts";
import { inWorld, type World } from "../support/world.ts";

async function connected(world: World): Promise<string> {
  const token = await userToken();
  const { session } = await (await world.call("wpp-create", { token })).json();
  world.simulator.scan(session);
  return token;
}

const SPELLINGS: [string, canonical: string][] = [
  ["+52 1 55 1234 5678 · 525512345678 · 55 1234 5678", "525512345678"],
  ["+54 9 11 1234-5678 · +54 11 1234-5678 · +54 11 15 1234-5678", "5491112345678"],
  ["+55 11 98123-4567 · +55 11 8123-4567 · 0055 11 8123 4567", "5511981234567"],
];
for (const [spellings, canonical] of SPELLINGS) {
  inWorld(`wpp-send sends once when a key comes with ${spellings}`, async (world) => {
    const token = await connected(world);
    for (const to of spellings.split(" · ")) {
      const headers = { "idempotency-key": "key-1" };
      const response = await world.call("wpp-send", {
        token,
        headers,
        body: { to, text: "hello" },
      });
      assert.deepEqual([response.status, (await response.json()).to], [202, `+${canonical}`], to);
    }
    assert.deepEqual(world.simulator.messages.map(({ to }) => to), [canonical]);
  }, { env: { WPP_DEFAULT_COUNTRY: "MX" } });
}

inWorld("wpp-send sends nothing when the number can be two", async (world) => {
  const token = await connected(world);
  const body = { to: "491701234567", text: "hello" };
  const response = await world.call("wpp-send", { token, body });
  const { error } = await response.json();
  assert.deepEqual([response.status, error.code], [400, "invalid_request"]);
  assert.match(error.fields.to, /^Could be \+491701234567 or \+49491701234567: begin with \+/);
  assert.deepEqual(world.simulator.messages, []);
  assert.ok(!JSON.stringify(world.logs).includes("1701234567"));
}, { env: { WPP_DEFAULT_COUNTRY: "DE" } });

inWorld(
  "wpp-send alone is misconfigured when the default country does not exist",
  async (world) => {
    const token = await connected(world);
    const send = await world.call("wpp-send", {
      token,
      body: { to: "+79991112233", text: "hello" },
    });
    const { error } = await send.json();
    assert.deepEqual([send.status, error.code], [500, "misconfigured"]);
    assert.match(error.message, /WPP_DEFAULT_COUNTRY .* the United Kingdom is GB/);
    const status = await world.call("wpp-status", { token, method: "GET" });
    assert.equal((await status.json()).status, "connected");
  },
  { env: { WPP_DEFAULT_COUNTRY: "UK" } },
);
