/** The token in a webhook's URL: one for each connection, encrypted where it is stored, withdrawn. */
import assert from "node:assert/strict";
import { sha256 } from "../../supabase/functions/_shared/wpp/lib/sha256.ts";
import { Vault } from "../../supabase/functions/_shared/wpp/store/vault.ts";
import { withEnvironment } from "../support/environment.ts";
import { addNumber, ask, WITH_SECRET } from "../support/numbers.ts";
import { waitFor } from "../support/platform_calls.ts";
import {
  pass,
  Registrations,
  succeed,
  WEBHOOK_URL,
  webhookRow,
  WITH_WEBHOOK,
} from "../support/registrations.ts";
import { NEWEST, OLDER, STRANGE } from "../support/sealed.ts";
import { incoming, messages, post, tell } from "../support/webhook.ts";
import { inWorld } from "../support/world.ts";

const withKeys = (keys: string) => ({
  env: { WPP_WEBHOOK_URL: WEBHOOK_URL, WPP_ENCRYPTION_KEYS: keys },
});

inWorld("each connection has a webhook of its own, by which its events come", async (world) => {
  const platform = new Registrations(world);
  const { token, session } = await platform.connect();
  const added = await addNumber(world, token, "Second");
  await platform.noted(2);
  const other = await platform.connect();
  assert.equal(new Set(platform.tokens).size, 3);
  const sessions = [session, added.session, other.session];
  for (const [i, hook] of platform.tokens.entries()) {
    assert.equal((await webhookRow(world, sessions[i])).webhook_digest, sha256(hook));
    await tell(hook, incoming(sessions[i]));
  }
  const heard = (await messages(world)).map((message) => message.session);
  assert.deepEqual(heard.sort(), sessions.sort());
}, { ...WITH_SECRET, env: { ...WITH_SECRET.env, ...WITH_WEBHOOK.env } });

inWorld("a webhook's token is stored encrypted before the platform is told", async (world) => {
  const platform = new Registrations(world);
  platform.answer = () => new Response(null, { status: 500 });
  const { session } = await world.connect();
  await platform.came(1);
  const [hook] = platform.tokens;
  const row = await webhookRow(world, session);
  assert.equal(row.webhook_digest, sha256(hook));
  const vault = new Vault({ encryptionKeys: [NEWEST] });
  const unsealed = await vault.unseal(row.token!, row.id, "webhook_token");
  assert.deepEqual(unsealed, { value: hook, stale: false });
  await assert.rejects(vault.unseal(row.token!, row.id, "api_key"), "it is no apiKey");
  const all = JSON.stringify(
    await world.database.query("select to_jsonb(i) as row from messenger_integrations i"),
  );
  assert.ok(!all.includes(hook));
  assert.ok(!JSON.stringify(world.logs).includes(hook));
}, withKeys(NEWEST));

inWorld(
  "a webhook's token is encrypted again when it is told after a change of keys",
  async (world) => {
    const platform = new Registrations(world);
    const { token, session } = await platform.connect();
    await pass(world, "1 hour");
    using _keys = withEnvironment({ WPP_ENCRYPTION_KEYS: `${NEWEST},${OLDER}` });
    await succeed(world, "wpp-status", token);
    await platform.noted(2);
    assert.equal(platform.tokens[1], platform.tokens[0]);
    const row = await webhookRow(world, session);
    const vault = new Vault({ encryptionKeys: [NEWEST] });
    const unsealed = await vault.unseal(row.token!, row.id, "webhook_token");
    assert.deepEqual(unsealed, { value: platform.tokens[0], stale: false });
  },
  withKeys(OLDER),
);

inWorld("a webhook's token in the clear is encrypted when there are keys", async (world) => {
  const platform = new Registrations(world);
  const { token, session } = await platform.connect();
  assert.equal((await webhookRow(world, session)).token, platform.tokens[0]);
  await pass(world, "1 hour");
  using _keys = withEnvironment({ WPP_ENCRYPTION_KEYS: NEWEST });
  await succeed(world, "wpp-status", token);
  await platform.noted(2);
  const row = await webhookRow(world, session);
  const vault = new Vault({ encryptionKeys: [NEWEST] });
  assert.equal((await vault.unseal(row.token!, row.id, "webhook_token")).value, platform.tokens[0]);
}, WITH_WEBHOOK);

inWorld("wpp-disconnect takes the webhook away, and reconnecting makes another", async (world) => {
  const platform = new Registrations(world);
  const { token, session } = await platform.connect();
  const [former] = platform.tokens;
  await tell(former, incoming(session));
  await succeed(world, "wpp-disconnect", token, { session });
  const ended = await webhookRow(world, session);
  assert.deepEqual([ended.webhook_digest, ended.token, ended.webhook_registered_at], [
    null,
    null,
    null,
  ]);
  assert.equal((await post(former, incoming(session))).status, 404);
  const { session: renewed } = await succeed(world, "wpp-create", token, {
    session,
    reconnect: true,
  });
  await platform.noted(2);
  assert.notEqual(platform.tokens[1], former);
  assert.equal((await post(former, incoming(renewed))).status, 404);
  await tell(platform.tokens[1], incoming(renewed));
}, WITH_WEBHOOK);

inWorld("wpp-create makes another webhook when it renews a refused connection", async (world) => {
  const platform = new Registrations(world);
  const { token, session } = await platform.connect();
  await tell(platform.tokens[0], incoming(session));
  await world.database.exec(
    "update messenger_integrations set api_key_issued_at = now() - interval '1 day'",
  );
  world.simulator.revokeKey(world.simulator.clients[0].apiKey);
  world.simulator.revokeTokens();
  assert.equal((await ask(world, "wpp-status", token)).code, "reconnect_required");
  const { session: renewed } = await succeed(world, "wpp-create", token, { reconnect: true });
  await platform.noted(2);
  assert.notEqual(platform.tokens[1], platform.tokens[0]);
  assert.equal((await post(platform.tokens[0], incoming(renewed))).status, 404);
  await tell(platform.tokens[1], incoming(renewed));
}, WITH_WEBHOOK);

inWorld(
  "messenger_rotate_webhook gives another token, and the former one holds on",
  async (world) => {
    const platform = new Registrations(world);
    const { token, session } = await platform.connect();
    const rotate = "select messenger_rotate_webhook(id) as was_there from messenger_integrations";
    assert.deepEqual(await world.row(rotate), { was_there: true });
    assert.deepEqual(await world.row(rotate), { was_there: false }, "until there is another");
    await succeed(world, "wpp-status", token);
    await platform.noted(2);
    const [former, present] = platform.tokens;
    assert.notEqual(present, former);
    for (const hook of [former, present]) await tell(hook, incoming(session));
    await world.database.exec("update messenger_integrations set webhook_former_until = now()");
    assert.equal((await post(former, incoming(session))).status, 404);
    await tell(present, incoming(session));
  },
  WITH_WEBHOOK,
);

inWorld("wpp-webhook registers again when a session has connected an hour later", async (world) => {
  const platform = new Registrations(world);
  const { session } = await platform.connect();
  const [hook] = platform.tokens;
  const connected = { type: "connected", data: { account: session } };
  await tell(hook, connected);
  await platform.assertNoneAfter(1);
  await pass(world, "1 hour");
  await tell(hook, incoming(session));
  await platform.assertNoneAfter(1);
  await tell(hook, connected);
  await platform.noted(2);
  assert.equal(platform.tokens[1], hook);
  await waitFor(() => world.busy === 0);
}, WITH_WEBHOOK);

inWorld("wpp-webhook answers 200 when it cannot register again", async (world) => {
  const platform = new Registrations(world);
  const { session } = await platform.connect();
  await pass(world, "1 hour");
  const connected = { type: "connected", data: { account: session } };
  platform.answer = () => new Response(null, { status: 500 });
  await tell(platform.tokens[0], connected);
  await waitFor(() => JSON.stringify(world.logs).includes("webhook_not_registered"));
  await pass(world, "1 hour");
  using _keys = withEnvironment({ WPP_ENCRYPTION_KEYS: STRANGE });
  await tell(platform.tokens[0], connected);
  assert.deepEqual(world.logs.at(-1)?.warnings, ["webhook_not_registered"]);
}, withKeys(NEWEST));
