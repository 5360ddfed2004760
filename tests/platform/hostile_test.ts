/** What the platform says when it, or whoever speaks in its name, means harm. */
import assert from "node:assert/strict";
import { answer, appError, codeOf, MESSAGE, USER_JWT, wppFixture } from "../support/wpp.ts";

const MEGABYTES = "x".repeat(2 * 1024 * 1024);

Deno.test("status gives valid Unicode when the platform's word is cut or broken", async () => {
  using world = await wppFixture();
  const wpp = world.client();
  for (const word of ["a" + "😀".repeat(40), "\ud83d half"]) {
    answer(world, "status")({ status: word });
    const { providerStatus } = await wpp.status(world.connection);
    assert.ok(providerStatus.isWellFormed());
    assert.ok(providerStatus.length <= 64);
  }
});

const SESSIONS = {
  "..": "..",
  ".": ".",
  "an empty text": "",
  blanks: "  ",
  "a number": 4,
  "a NUL": "a\u0000b",
  "a line break": "a\r\nx-injected: 1",
  "an escape": "\u001b[2J",
  "a lone surrogate": "\ud800",
  "256 characters": "x".repeat(256),
  megabytes: MEGABYTES,
};

for (const [name, session] of Object.entries(SESSIONS)) {
  Deno.test(`create refuses the platform's session when it is ${name}`, async () => {
    using world = await wppFixture();
    answer(world, "create")({ apiKey: "key", session });
    const code = await codeOf(world.client().create({ userJwt: USER_JWT }, "claim-2"));
    assert.equal(code, "gateway_invalid_response");
  });
}

const KEYS = {
  "an empty text": "",
  blanks: " \t",
  "a number": 4,
  "a NUL": "key\u0000",
  "a line break": "key\r\nx-injected: 1",
  "a lone surrogate": "key\udfff",
  "a hidden character": "key\u200b",
  "4,097 characters": "x".repeat(4097),
  megabytes: MEGABYTES,
};

for (const [name, apiKey] of Object.entries(KEYS)) {
  Deno.test(`create cannot tell what happened when the platform's apiKey is ${name}`, async () => {
    using world = await wppFixture();
    answer(world, "create")({ apiKey, session: "7" });
    const error = await appError(world.client().create({ userJwt: USER_JWT }, "claim-2"));
    assert.deepEqual([error.code, error.effect], ["gateway_invalid_response", "unknown"]);
  });
}

const TOKENS = {
  "an empty text": "",
  "a line break": "t\r\nx-injected: 1",
  "beyond Latin": "токен",
  "a space": "a b",
  "a NUL": "t\u0000",
  "a lone surrogate": "t\ud800",
  "an object": {},
  megabytes: MEGABYTES,
};

for (const [name, token] of Object.entries(TOKENS)) {
  Deno.test(`getToken refuses the platform's token when it is ${name}`, async () => {
    using world = await wppFixture();
    answer(world, "token")({ token });
    const code = await codeOf(world.client().getToken(world.connection));
    assert.equal(code, "gateway_invalid_response");
  });
}

const BAD_IDS = [
  undefined,
  "",
  " ",
  null,
  {},
  [],
  true,
  "\u0000\u001b",
  "\ud800",
  "x".repeat(256),
  MEGABYTES,
];

for (const field of ["taskId", "id"]) {
  Deno.test(`sendText cannot tell what happened when the ${field} is missing or absurd`, async () => {
    using world = await wppFixture();
    const wpp = world.client();
    for (const id of BAD_IDS) {
      answer(world, "send")({ success: true, [field]: id });
      assert.equal(await codeOf(wpp.sendText(world.connection, MESSAGE)), "delivery_unknown");
    }
  });

  Deno.test(`sendText cleans the ${field} of a message that was taken when it has odd characters`, async () => {
    using world = await wppFixture();
    const wpp = world.client();
    for (const id of ["t-\u00001", "\r\nt-1\t", "t\ud800-1", "\u001bt-1\u202e", "t-1\udc00"]) {
      answer(world, "send")({ success: true, [field]: id });
      assert.deepEqual(await wpp.sendText(world.connection, MESSAGE), { taskId: "t-1" });
    }
  });
}

Deno.test("status cannot tell the state when no word has anything printable", async () => {
  using world = await wppFixture();
  for (const word of ["\u0000", "\ud800", " \u200b "]) {
    answer(world, "status")({ status: word, state: word });
    assert.equal(await codeOf(world.client().status(world.connection)), "gateway_invalid_response");
  }
});

Deno.test("no error repeats what the platform said", async () => {
  using world = await wppFixture();
  const said = "secret-in-an-error-page";
  for (const status of [200, 400, 403, 404, 409, 500]) {
    answer(world, "create")(`<html>${said}</html>`, status);
    const error = await world.client().create({ userJwt: USER_JWT }, "claim-2").catch((error) =>
      error
    );
    for (let e = error; e instanceof Error; e = e.cause) assert.ok(!e.stack?.includes(said));
    assert.ok(!JSON.stringify(error).includes(said));
  }
});

Deno.test("a redirect is not followed when the platform sends one", async () => {
  using world = await wppFixture();
  const { simulator, client, connection, network, time } = world;
  let followed = 0;
  network.serve("http://elsewhere.test", () => {
    followed++;
    return Promise.resolve(Response.json({ token: "stolen", status: "connected" }));
  });
  for (const status of [301, 302, 303, 307, 308]) {
    const headers = { location: "http://elsewhere.test/auth/token" };
    simulator.misbehave("token", { kind: "respond", status, headers });
    assert.equal(await time.run(codeOf(client().getToken(connection))), "gateway_error");
  }
  assert.equal(followed, 0);
});
