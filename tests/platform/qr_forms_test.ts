/** The forms in which the platform may send a QR code, and those in which it has none. */
import assert from "node:assert/strict";
import type { SimulatorOptions } from "../../local/simulator/simulator.ts";
import { answer, codeOf, wppFixture } from "../support/wpp.ts";

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
