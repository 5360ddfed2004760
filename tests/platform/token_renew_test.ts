/** A refused token whose place another has taken meanwhile. */
import assert from "node:assert/strict";
import { WppMsgClient } from "../../supabase/functions/_shared/wpp.ts";
import { TokenCache } from "../../supabase/functions/_shared/wpp/platform/token_cache.ts";
import { storedConnection } from "../support/connection.ts";
import { mockNetwork, WPP_BASE_URL } from "../support/network.ts";
import { USER_JWT } from "../support/wpp.ts";

Deno.test("status makes an exchange when memory's other token is older than the call", async () => {
  using network = mockNetwork();
  const { simulator } = network;
  const cache = new TokenCache();
  const client = () => new WppMsgClient({ baseUrl: WPP_BASE_URL, cache });
  const created = await client().create({ userJwt: USER_JWT }, "claim-1");
  const known = storedConnection({ apiKey: created.apiKey, session: created.session });
  const tokenOf = async () => {
    const fresh = new WppMsgClient({ baseUrl: WPP_BASE_URL, cache: new TokenCache() });
    return await fresh.getToken(known);
  };
  const [one, other] = [await tokenOf(), await tokenOf()];
  simulator.revokeTokens();
  const stored = (accessToken: string, lifetime: number) => ({
    ...known,
    accessToken,
    accessTokenExpiresAt: Date.now() + lifetime,
  });
  let calls = 0;
  network.serve(WPP_BASE_URL, async (request) => {
    if (request.url.endsWith("/status") && ++calls === 1) {
      await client().getToken(stored(other, 2_000_000)); // now memory holds it
    }
    return await simulator.fetch(request);
  });
  const before = simulator.countOf("token");
  const { status } = await client().status(stored(one, 1_000_000));
  assert.equal(status, "qr_required");
  assert.equal(simulator.countOf("token") - before, 1);
  assert.equal(calls, 2);
});
