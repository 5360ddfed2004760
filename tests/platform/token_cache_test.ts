/** What the isolate's memory of tokens holds, and what it keeps apart. */
import assert from "node:assert/strict";
import { createSimulator } from "../../local/simulator/simulator.ts";
import { TokenCache } from "../../supabase/functions/_shared/wpp/platform/token_cache.ts";
import { codeOf, USER_JWT, wppFixture } from "../support/wpp.ts";

Deno.test("the cache keeps the 1,000 tokens that were used last when there are more", () => {
  const cache = new TokenCache();
  const token = { value: "t", expiresAt: 1, lifetimeMs: 1 };
  for (let i = 0; i < 1_000; i++) cache.adopt(`key ${i}`, token);
  cache.get("key 0");
  cache.adopt("one more", token);
  cache.adopt("and another", token);
  assert.equal(cache.get("key 0")?.value, "t");
  assert.deepEqual([cache.get("key 1"), cache.get("key 2")], [undefined, undefined]);
  assert.equal(cache.get("key 3")?.value, "t");
});

Deno.test("the cache remembers no more than 1,000 refused keys", () => {
  const cache = new TokenCache();
  for (let i = 0; i < 1_001; i++) cache.refuse(`key ${i}`, 0);
  assert.equal(cache.isRefused("key 0", 1), false);
  assert.equal(cache.isRefused("key 1", 1), true);
});

Deno.test("tokens are kept apart when the base URL, the connection or the key differs", async () => {
  using world = await wppFixture();
  const { client, connection, simulator, network, time } = world;
  const other = createSimulator({ startingFor: 0 });
  network.serve("http://other.test", other.fetch);
  const elsewhere = client({ baseUrl: "http://other.test" });
  const { apiKey } = await client().create({ userJwt: USER_JWT }, "claim-2");
  const known = await client().getToken(connection);
  const tokens = [
    known,
    await client().getToken({ ...connection, apiKey }),
    await client().getToken({ ...connection, id: crypto.randomUUID() }),
    await client().getToken(connection),
  ];
  assert.equal(new Set(tokens).size, 3);
  assert.equal(simulator.countOf("token"), 3);
  assert.equal(await time.run(codeOf(elsewhere.getToken(connection))), "reconnect_required");
  assert.equal(other.countOf("token"), 1, "the other platform is asked, and knows no such key");
  assert.equal(await client().getToken(connection), known, "a refusal elsewhere changes nothing");
});
