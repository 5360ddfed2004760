/** What the platform may say in more than one form, and how it is read. */
import assert from "node:assert/strict";
import type { SimulatorOptions } from "../../local/simulator/simulator.ts";
import { answer, codeOf, MESSAGE, USER_JWT, wppFixture } from "../support/wpp.ts";

const FIELDS = ["qr", "qrCode", "qrcode", "data.qr"] as const;
const FORMS = {
  text: /^data:image\/svg\+xml;base64,/,
  base64: /^data:image\/png;base64,iVBORw0KGgo/,
  "data-url": /^data:image\/png;base64,iVBORw0KGgo/,
} as const;

for (const qrField of FIELDS) {
  for (const [form, image] of Object.entries(FORMS)) {
    Deno.test(`qr gives an image when the platform sends ${form} in ${qrField}`, async () => {
      const qrForm = form as SimulatorOptions["qrForm"];
      using world = await wppFixture({ qrField, qrForm });
      const qr = await world.client().qr(world.connection);
      assert.match(qr!.image, image);
      assert.match(qr!.text ?? "", form === "text" ? /^2@/ : /^$/);
    });
  }
}

const NO_QR: [string, unknown, number?][] = [
  ["nothing but braces", {}],
  ...FIELDS.slice(0, 3).flatMap((field): [string, unknown][] => [
    [`${field}: null`, { [field]: null }],
    [`${field}: ""`, { [field]: "" }],
    [`${field} of blanks`, { [field]: " \n" }],
  ]),
  ["data: null", { data: null }],
  ["data without qr", { data: {} }],
  ["data.qr: null", { data: { qr: null } }],
  ['data.qr: ""', { data: { qr: "" } }],
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

const WORDS = {
  connected: "connected",
  ready: "connected",
  starting: "starting",
  pending: "starting",
  qr: "qr_required",
  qr_required: "qr_required",
  offline: "disconnected",
  disconnected: "disconnected",
};

for (const [word, status] of Object.entries(WORDS)) {
  Deno.test(`status is ${status} when the platform says ${word}, in any case and field`, async () => {
    using world = await wppFixture();
    const wpp = world.client();
    const capitalized = word[0].toUpperCase() + word.slice(1);
    for (const providerStatus of [word, word.toUpperCase(), capitalized]) {
      for (const field of ["status", "state"]) {
        answer(world, "status")({ [field]: providerStatus });
        assert.deepEqual(await wpp.status(world.connection), { status, providerStatus });
      }
    }
  });

  Deno.test(`create gives ${status} when the platform says ${word.toUpperCase()}`, async () => {
    using world = await wppFixture();
    answer(world, "create")({ apiKey: "key", session: "7", status: word.toUpperCase() });
    const created = await world.client().create(USER_JWT, "claim-2");
    assert.deepEqual(created, { apiKey: "key", session: "7", status });
  });
}

Deno.test("create gives starting when the platform names no status", async () => {
  using world = await wppFixture();
  answer(world, "create")({ apiKey: "key", session: "7" });
  assert.equal((await world.client().create(USER_JWT, "claim-2")).status, "starting");
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
  assert.equal(await codeOf(wpp.create(USER_JWT, "claim-2")), "gateway_error");
  answer(world, "qr")({ success: false, qr: "2@a" });
  assert.equal(await codeOf(wpp.qr(world.connection)), "gateway_error");
  answer(world, "status")({ success: false, status: "connected" });
  assert.equal(await codeOf(wpp.status(world.connection)), "gateway_error");
  answer(world, "send")({ success: false, taskId: "t" });
  assert.equal(await codeOf(wpp.sendText(world.connection, MESSAGE)), "gateway_error");
});
