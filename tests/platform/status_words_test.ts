/** The words that the platform may say of a session's state, and how they are read. */
import assert from "node:assert/strict";
import { wppconnectWord } from "../../local/simulator/options.ts";
import { answer, USER_JWT, wppFixture } from "../support/wpp.ts";

const WORDS = {
  connected: "connected",
  ready: "connected",
  starting: "starting",
  pending: "starting",
  qr: "qr_required",
  qr_required: "qr_required",
  offline: "disconnected",
  disconnected: "disconnected",
  logout: "disconnected",
  // wppconnect's
  inChat: "connected",
  isLogged: "connected",
  qrReadSuccess: "connected",
  chatsAvailable: "connected",
  notLogged: "qr_required",
  qrReadFail: "qr_required",
  qrReadError: "qr_required",
  deviceNotConnected: "qr_required",
  UNPAIRED: "qr_required",
  UNPAIRED_IDLE: "qr_required",
  browserClose: "disconnected",
  serverClose: "disconnected",
  autocloseCalled: "disconnected",
  disconnectedMobile: "disconnected",
  desconnectedMobile: "disconnected",
  phoneNotConnected: "disconnected",
  CLOSED: "disconnected",
  TIMEOUT: "disconnected",
  CONFLICT: "disconnected",
  OPENING: "starting",
  PAIRING: "starting",
  INITIALIZING: "starting",
  CONNECTING: "starting",
};

for (const [word, status] of Object.entries(WORDS)) {
  Deno.test(`status is ${status} when the platform says ${word}, in any case and field`, async () => {
    using world = await wppFixture();
    const wpp = world.client();
    const capitalized = word[0].toUpperCase() + word.slice(1);
    for (const providerStatus of [word, word.toUpperCase(), word.toLowerCase(), capitalized]) {
      for (const field of ["status", "state"]) {
        answer(world, "status")({ [field]: providerStatus });
        assert.deepEqual(await wpp.status(world.connection), { status, providerStatus });
      }
    }
  });

  Deno.test(`create gives ${status} when the platform says ${word.toUpperCase()}`, async () => {
    using world = await wppFixture();
    answer(world, "create")({ apiKey: "key", session: "7", status: word.toUpperCase() });
    const created = await world.client().create({ userJwt: USER_JWT }, "claim-2");
    assert.deepEqual(created, { apiKey: "key", session: "7", status });
  });
}

/** The key is handed out once: no word beside it may cost it. */
const CREATED: [object, string][] = [
  [{}, "starting"],
  [{ status: null }, "starting"],
  [{ status: 200 }, "starting"],
  [{ status: "" }, "starting"],
  [{ state: "notLogged" }, "qr_required"],
  [{ status: "created", state: "CONNECTED" }, "connected"],
  [{ status: "error" }, "unknown"],
];

for (const [words, status] of CREATED) {
  Deno.test(`create gives ${status} when the platform says ${JSON.stringify(words)}`, async () => {
    using world = await wppFixture();
    answer(world, "create")({ apiKey: "key", session: "7", ...words });
    const created = await world.client().create({ userJwt: USER_JWT }, "claim-2");
    assert.deepEqual(created, { apiKey: "key", session: "7", status });
  });
}

for (const state of ["starting", "qr_required", "connected", "disconnected"] as const) {
  Deno.test(`status reads the simulator's wppconnect word when a session is ${state}`, async () => {
    using world = await wppFixture({ statusWord: wppconnectWord, statusField: "state" });
    const { simulator, connection, client } = world;
    if (state === "starting") simulator.settings.startingFor = 60;
    if (state === "connected") simulator.scan(connection.session);
    if (state === "disconnected") simulator.disconnect(connection.session);
    assert.equal((await client().status(connection)).status, state);
  });
}

const STATUSES: [string, unknown, { status: string; providerStatus: string }][] = [
  ["a new word", { status: "Hibernating" }, {
    status: "unknown",
    providerStatus: "Hibernating",
  }],
  ["a word of Object.prototype", { status: "constructor" }, {
    status: "unknown",
    providerStatus: "constructor",
  }],
  ["both fields, one of them about the request", { status: "ok", state: "READY" }, {
    status: "connected",
    providerStatus: "READY",
  }],
  ["a status that is no word, and a state", { status: 200, state: "offline" }, {
    status: "disconnected",
    providerStatus: "offline",
  }],
  ["control characters", { status: "\u0000conn\u001b[31mected\u202e\n" }, {
    status: "unknown",
    providerStatus: "conn[31mected",
  }],
  ["a known word with blanks and a NUL", { state: " inChat\u0000 \n" }, {
    status: "connected",
    providerStatus: "inChat",
  }],
  ["nothing printable beside a state", { status: "\u0000\u0001", state: "ready" }, {
    status: "connected",
    providerStatus: "ready",
  }],
  ["the word error", { status: "error" }, { status: "unknown", providerStatus: "error" }],
  ["half a megabyte", { status: "x".repeat(500_000) }, {
    status: "unknown",
    providerStatus: "x".repeat(64),
  }],
];

for (const [name, body, expected] of STATUSES) {
  Deno.test(`status passes the platform's own word on when it is ${name}`, async () => {
    using world = await wppFixture();
    answer(world, "status")(body);
    assert.deepEqual(await world.client().status(world.connection), expected);
  });
}
