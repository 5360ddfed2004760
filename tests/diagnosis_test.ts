/** What the functions tell the doctor, and whom. */
import assert from "node:assert/strict";
import { FUNCTION_NAMES, type FunctionName } from "../supabase/functions/_shared/wpp/contract.ts";
import { direct, userHeaders, withoutDatabase } from "./support/direct.ts";
import { mockNetwork } from "./support/network.ts";
import { NEWEST } from "./support/sealed.ts";
import { usualMethod } from "./support/functions.ts";

async function ask(name: FunctionName, headers: Record<string, string> = {}) {
  const init = {
    method: usualMethod(name, undefined),
    headers: { "x-wpp-doctor": "1", ...headers },
  };
  const response = await direct(name, init);
  return { status: response.status, body: await response.json() };
}

for (const name of FUNCTION_NAMES) {
  withoutDatabase(
    `${name} tells a stranger no more than whether the platform answers`,
    async () => {
      using network = mockNetwork();
      assert.deepEqual(await ask(name), { status: 200, body: { platform: "reachable" } });
      const calls = network.simulator.requests.filter(({ path }) => path !== "/");
      assert.deepEqual(calls, []);
    },
  );
}

withoutDatabase("a function tells that the platform is unreachable", async () => {
  using network = mockNetwork();
  network.serve("https://down.test", () => Promise.resolve(Response.error()));
  assert.deepEqual((await ask("wpp-qr")).body, { platform: "unreachable" });
}, { WPP_BASE_URL: "https://down.test" });

withoutDatabase("a function tells a user what is advised and not so", async () => {
  using _network = mockNetwork();
  const { status, body } = await ask("wpp-status", await userHeaders());
  assert.equal(status, 200);
  assert.equal(body.platform, "reachable");
  assert.match(body.warnings.join(" "), /^WPP_ENCRYPTION_KEYS is not set: .* WPP_BASE_URL is not/);
});

withoutDatabase("a function has nothing to tell a user when the advice is followed", async () => {
  using network = mockNetwork();
  network.serve("https://wpp.test", () => Promise.resolve(new Response()));
  assert.deepEqual((await ask("wpp-status", await userHeaders())).body.warnings, []);
}, {
  WPP_ENCRYPTION_KEYS: NEWEST,
  WPP_BASE_URL: "https://wpp.test",
  WPP_WEBHOOK_URL: "https://project.test/functions/v1/wpp-webhook",
  SUPABASE_PUBLIC_URL: "https://project.test",
});

withoutDatabase("a function refuses a diagnosis to an access token that is not valid", async () => {
  using network = mockNetwork();
  for (const authorization of ["Bearer sb_publishable_test", "Bearer a.b.c"]) {
    const { status, body } = await ask("wpp-status", { authorization });
    assert.deepEqual([status, body.error.code], [401, "unauthorized"]);
  }
  assert.equal(network.simulator.requests.length, 0);
});
