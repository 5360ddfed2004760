/** What the platform may say in more than one form, and how it is read. */
import assert from "node:assert/strict";
import type { SimulatorOptions } from "../../local/simulator/simulator.ts";
import { wppconnectWord } from "../../local/simulator/options.ts";
import { answer, appError, codeOf, MESSAGE, USER_JWT, wppFixture } from "../support/wpp.ts";

const NAMES = ["qr", "qrCode", "qrcode", "urlcode"] as const;
const FIELDS = [...NAMES, ...NAMES.map((name) => `data.${name}` as const)];
const FORMS = {
  text: /^data:image\/svg\+xml;base64,/,
  base64: /^data:image\/png;base64,iVBORw0KGgo/,
  "data-url": /^data:image\/png;base64,iVBORw0KGgo/,
} as const;

/** The QR text that WhatsApp writes today. */
const WA_ME = /^https:\/\/wa\.me\/settings\/linked_devices#2@/;

for (const qrField of FIELDS) {
  for (const [form, image] of Object.entries(FORMS)) {
    Deno.test(`qr gives an image when the platform sends ${form} in ${qrField}`, async () => {
      const qrForm = form as SimulatorOptions["qrForm"];
      using world = await wppFixture({ qrField, qrForm });
      const qr = await world.client().qr(world.connection);
      assert.match(qr!.image, image);
      assert.match(qr!.text ?? "", form === "text" ? WA_ME : /^$/);
    });
  }
}

const NO_QR: [string, unknown, number?][] = [
  ["nothing but braces", {}],
  ...NAMES.flatMap((field): [string, unknown][] => [
    [`${field}: null`, { [field]: null }],
    [`${field}: ""`, { [field]: "" }],
    [`${field} of blanks`, { [field]: " \n" }],
  ]),
  ["data: null", { data: null }],
  ["data without qr", { data: {} }],
  ["data.qr: null", { data: { qr: null } }],
  ['data.qr: ""', { data: { qr: "" } }],
  ["data.urlcode: null", { data: { urlcode: null } }],
  ["every field null", { qr: null, qrCode: null, qrcode: null, data: { qr: null } }],
  ["other fields alone", { success: true, status: "starting" }],
  ["JSON null", "null"],
  ["an empty body", ""],
  ["404 with JSON", '{"error":"QR not available"}', 404],
  ["404 with a page", "<html>Not found</html>", 404],
];

for (const [name, body, status] of NO_QR) {
  Deno.test(`qr gives undefined when the platform answers with ${name}`, async () => {
    using world = await wppFixture();
    answer(world, "qr")(body, status);
    assert.equal(await world.client().qr(world.connection), undefined);
    assert.equal(world.simulator.countOf("qr"), 1);
  });
}

Deno.test("qr takes the field that holds a code when others are empty", async () => {
  using world = await wppFixture();
  const wpp = world.client();
  for (const body of [{ qr: null, qrCode: "2@a,b" }, { qr: "", data: { qr: "2@a,b" } }]) {
    answer(world, "qr")(body);
    assert.equal((await wpp.qr(world.connection))?.text, "2@a,b");
  }
});

Deno.test("qr gives the text when the platform sends a picture and a text", async () => {
  using world = await wppFixture();
  const wpp = world.client();
  const picture = "data:image/png;base64,iVBORw0KGgoAAAAN";
  for (
    const body of [
      { qrcode: picture, urlcode: "2@a,b" },
      { urlcode: "2@a,b", qr: picture },
      { qr: picture, data: { urlcode: "2@a,b" } },
      { data: { qrcode: picture, urlcode: "2@a,b" } },
      { qr: { of: "another form" }, qrcode: picture, urlcode: "2@a,b" },
    ]
  ) {
    answer(world, "qr")(body);
    const qr = await wpp.qr(world.connection);
    assert.equal(qr?.text, "2@a,b");
    assert.match(qr.image, /^data:image\/svg\+xml;base64,/);
  }
});

Deno.test("qr gives the picture when the text beside it cannot be read", async () => {
  using world = await wppFixture();
  const picture = "data:image/png;base64,iVBORw0KGgoAAAAN";
  answer(world, "qr")({ qr: picture, urlcode: "x".repeat(3_000) });
  assert.deepEqual(await world.client().qr(world.connection), { image: picture });
});

const NO_CODES: Record<string, unknown> = {
  "a text that no code holds": { qr: "2@" + "x".repeat(2_952) },
  "a foreign SVG": { qr: `data:image/svg+xml;base64,${btoa("<svg onload='alert(1)'/>")}` },
  "a number": { qr: 7 },
  "an object": { data: { urlcode: {} } },
  "a page": { qr: "<html>" },
};

for (const [name, body] of Object.entries(NO_CODES)) {
  Deno.test(`qr fails with gateway_invalid_response when the platform sends ${name}`, async () => {
    using world = await wppFixture();
    answer(world, "qr")(body);
    assert.equal(await codeOf(world.client().qr(world.connection)), "gateway_invalid_response");
  });
}

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

/** What an accepted send may look like as JSON, and the id that is read from it. */
const ACCEPTED: [string, string][] = [
  ['{"success":true,"taskId":"t-1","status":"queued"}', "t-1"],
  ['{"id":"m-1"}', "m-1"],
  ['{"taskId":17}', "17"],
  ['{"id":0}', "0"],
  ['{"id":1234567890123456789}', "1234567890123456789"],
  ['{"taskId":null,"id":"m-1"}', "m-1"],
  ['{"taskId":"","id":"m-1"}', "m-1"],
  ['{"taskId":{},"id":9}', "9"],
  ['{"taskId":"t-1","id":"m-1"}', "t-1"],
  ['{"taskId":"t-1","status":"pending","success":true}', "t-1"],
  ['{"taskId":"t-1","status":200}', "t-1"],
];

for (const [body, taskId] of ACCEPTED) {
  Deno.test(`sendText gives the id ${taskId} when the platform answers ${body}`, async () => {
    using world = await wppFixture();
    answer(world, "send")(body);
    assert.deepEqual(await world.client().sendText(world.connection, MESSAGE), { taskId });
    assert.equal(world.simulator.countOf("send"), 1);
  });
}

/** Failures that the platform has judged, though its HTTP status is 200. */
const JUDGED = [
  { status: "error", message: "Number is not on WhatsApp" },
  { status: "error", taskId: "t-1" },
  { status: "failed", id: 7 },
  { status: " Error \n", id: 7 },
  { status: "FAILED", taskId: "t-1" },
  { success: true, status: "error", taskId: "t-1" },
  { success: false, taskId: "t-1", status: "queued" },
  { success: false },
  { success: "false", id: 7 },
];

for (const body of JUDGED) {
  Deno.test(`sendText is refused when the platform answers ${JSON.stringify(body)}`, async () => {
    using world = await wppFixture();
    answer(world, "send")(body);
    const error = await appError(world.client().sendText(world.connection, MESSAGE));
    assert.deepEqual([error.code, error.effect], ["gateway_error", "refused"]);
    assert.equal(world.simulator.countOf("send"), 1);
  });
}

for (const taskIdField of ["taskId", "id"] as const) {
  Deno.test(`sendText gives the simulator's id when it is a number in ${taskIdField}`, async () => {
    using world = await wppFixture({ taskIdField, numericTaskIds: true });
    const { simulator, connection, client } = world;
    simulator.scan(connection.session);
    const { taskId } = await client().sendText(connection, MESSAGE);
    assert.equal(taskId, simulator.messages[0].taskId);
  });
}

Deno.test("sendText is refused when the platform has forgotten the session", async () => {
  using world = await wppFixture();
  const { simulator, connection, client } = world;
  simulator.forget(connection.session);
  const error = await appError(client().sendText(connection, MESSAGE));
  assert.deepEqual([error.code, error.effect, error.retryable], [
    "gateway_error",
    "refused",
    false,
  ]);
  assert.equal(await codeOf(client().status(connection)), "reconnect_required");
});

Deno.test("create is refused when the platform says status: error and names no key", async () => {
  using world = await wppFixture();
  answer(world, "create")({ status: "error", message: "No seats left" });
  const error = await appError(world.client().create({ userJwt: USER_JWT }, "claim-2"));
  assert.deepEqual([error.code, error.effect], ["gateway_error", "refused"]);
});

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

Deno.test("a call fails when a complete answer says success: false", async () => {
  using world = await wppFixture();
  const wpp = world.client();
  answer(world, "token")({ success: false, token: "t" });
  assert.equal(await codeOf(wpp.getToken(world.connection)), "gateway_error");
  answer(world, "create")({ success: false, apiKey: "key", session: "7" });
  assert.equal(await codeOf(wpp.create({ userJwt: USER_JWT }, "claim-2")), "gateway_error");
  answer(world, "qr")({ success: false, qr: "2@a" });
  assert.equal(await codeOf(wpp.qr(world.connection)), "gateway_error");
  answer(world, "status")({ success: false, status: "connected" });
  assert.equal(await codeOf(wpp.status(world.connection)), "gateway_error");
  answer(world, "send")({ success: false, taskId: "t" });
  assert.equal(await codeOf(wpp.sendText(world.connection, MESSAGE)), "gateway_error");
});
