import assert from "node:assert/strict";
import { VERSION } from "../../supabase/functions/_shared/wpp/version.ts";
import type { WppFixture } from "../support/wpp.ts";
import { MESSAGE, USER_JWT, wppFixture } from "../support/wpp.ts";

const USER_AGENT = `wpp-messenger/${VERSION} ${navigator.userAgent}`;

/** Does `act`, and gives the requests that reached the platform meanwhile. */
async function requestsOf({ simulator }: WppFixture, act: () => Promise<unknown>) {
  const before = simulator.requests.length;
  await act();
  return simulator.requests.slice(before).map(({ method, path, headers, body }) => ({
    method,
    path,
    headers,
    body,
  }));
}

/** A platform whose client has its token already. */
async function warm() {
  const world = await wppFixture();
  const wpp = world.client();
  const token = await world.time.run(wpp.getToken(world.connection));
  return { world, wpp, token, connection: world.connection };
}

Deno.test("create sends the user's JWT, the claim as Idempotency-Key, and an empty object", async () => {
  using world = await wppFixture();
  const sent = await requestsOf(
    world,
    () => world.client().create({ userJwt: USER_JWT }, "claim-7"),
  );
  assert.deepEqual(sent, [{
    method: "POST",
    path: "/api/integrations/wpp/create",
    headers: {
      accept: "application/json",
      authorization: `Bearer ${USER_JWT}`,
      "content-type": "application/json",
      "idempotency-key": "claim-7",
      "user-agent": USER_AGENT,
    },
    body: "{}",
  }]);
});

Deno.test("create gives the apiKey, the session and the status in our word", async () => {
  using world = await wppFixture();
  const created = await world.client().create({ userJwt: USER_JWT }, "claim-8");
  const { apiKey, session } = world.simulator.clients[1];
  assert.deepEqual(created, { apiKey, session, status: "starting" });
});

Deno.test("getToken sends the apiKey alone, without an Authorization header", async () => {
  using world = await wppFixture();
  const sent = await requestsOf(world, () => world.client().getToken(world.connection));
  assert.deepEqual(sent, [{
    method: "POST",
    path: "/auth/token",
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      "user-agent": USER_AGENT,
    },
    body: JSON.stringify({ apiKey: world.connection.apiKey }),
  }]);
});

for (const call of ["qr", "status"] as const) {
  Deno.test(`${call} sends the token and no body`, async () => {
    const { world, wpp, token, connection } = await warm();
    using _ = world;
    const sent = await requestsOf(world, () => wpp[call](connection));
    assert.deepEqual(sent, [{
      method: "GET",
      path: `/api/accounts/${connection.session}/${call}`,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${token}`,
        "user-agent": USER_AGENT,
      },
      body: "",
    }]);
  });
}

Deno.test("sendText sends the token, the Idempotency-Key, and type, account, to and text", async () => {
  const { world, wpp, token, connection } = await warm();
  using _ = world;
  world.simulator.scan(connection.session);
  const text = 'Привет 👋\n"quoted" \u2028 </script>';
  const sent = await requestsOf(world, () => wpp.sendText(connection, { ...MESSAGE, text }));
  const [{ body }] = sent;
  const { session: account } = connection;
  assert.deepEqual(JSON.parse(body), { type: "text", account, to: "79991112233", text });
  assert.deepEqual(sent, [{
    method: "POST",
    path: "/api/messages/text",
    headers: {
      accept: "application/json",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": "message-1",
      "user-agent": USER_AGENT,
    },
    body,
  }]);
});

Deno.test("a replay after a refused token is the same request under the new token", async () => {
  const { world, wpp, connection } = await warm();
  using _ = world;
  world.simulator.scan(connection.session);
  world.simulator.revokeTokens();
  const sent = await requestsOf(world, () => wpp.sendText(connection, MESSAGE));
  assert.deepEqual(sent.map(({ path }) => path), [
    "/api/messages/text",
    "/auth/token",
    "/api/messages/text",
  ]);
  const [first, , replay] = sent;
  const authorization = `Bearer ${await wpp.getToken(connection)}`;
  assert.notEqual(first.headers.authorization, authorization);
  assert.deepEqual(replay, { ...first, headers: { ...first.headers, authorization } });
});

const SESSIONS = [
  ["0000000000004", "0000000000004"],
  ["a/b", "a%2Fb"],
  ["../../auth", "..%2F..%2Fauth"],
  ["a?b=c#d", "a%3Fb%3Dc%23d"],
  ["%2e%2e", "%252e%252e"],
  ["a b\\c;d", "a%20b%5Cc%3Bd"],
  ["сессия", "%D1%81%D0%B5%D1%81%D1%81%D0%B8%D1%8F"],
];

for (const [session, segment] of SESSIONS) {
  Deno.test(`qr and status send the session ${session} as one path segment`, async () => {
    const { world, wpp, connection } = await warm();
    using _ = world;
    const other = { ...connection, session };
    for (const call of ["qr", "status"] as const) {
      const sent = await requestsOf(world, () => wpp[call](other).catch(() => {}));
      assert.deepEqual(sent.map(({ path }) => path), [`/api/accounts/${segment}/${call}`]);
    }
  });
}

Deno.test("WppMsgClient asks for the five documented paths and no other in a whole journey", async () => {
  using world = await wppFixture();
  const { connection, simulator, time } = world;
  const wpp = world.client();
  await wpp.qr(connection);
  simulator.scan(connection.session);
  await wpp.status(connection);
  await wpp.sendText(connection, MESSAGE);
  simulator.revokeTokens();
  await wpp.status(connection);
  await wpp.isRefused(connection);
  simulator.revokeKey(connection.apiKey);
  simulator.revokeTokens();
  time.pass(10_000);
  assert.equal(await wpp.isRefused(connection), true);
  const paths = new Set(simulator.requests.map(({ method, path }) => `${method} ${path}`));
  const { session } = connection;
  assert.deepEqual([...paths].sort(), [
    `GET /api/accounts/${session}/qr`,
    `GET /api/accounts/${session}/status`,
    "POST /api/integrations/wpp/create",
    "POST /api/messages/text",
    "POST /auth/token",
  ]);
  assert.equal(simulator.countOf("other"), 0);
});
