import assert from "node:assert/strict";
import {
  cutBase64,
  decodedLength,
  MIN_CUT_BYTES,
  toBase64,
} from "../../supabase/functions/_shared/wpp/platform/base64.ts";
import { ascii } from "../support/events.ts";

const LARGE = "QUJD".repeat(5_000);

function cut(json: string) {
  const body = new TextEncoder().encode(json);
  const { json: rest, cutOf } = cutBase64(body);
  return { body, rest, parsed: JSON.parse(ascii(rest)!), cutOf };
}

Deno.test("cutBase64 leaves parts of the body and a small JSON when strings are large", () => {
  const { body, rest, parsed, cutOf } = cut(`{"a":"${LARGE}","b":[" ","${LARGE}=="],"c":"\\"x"}`);
  assert.ok(rest.length < 200);
  assert.equal(ascii(cutOf(parsed.a)?.base64), LARGE);
  assert.equal(cutOf(parsed.a)?.base64?.buffer, body.buffer);
  assert.equal(cutOf(parsed.b[1])?.text.buffer, body.buffer);
  assert.deepEqual([parsed.b[0], parsed.c], [" ", '"x']);
});

Deno.test("cutBase64 keeps the prefix for the text alone when it is a data URL", () => {
  const { parsed, cutOf } = cut(`["data:image/png;base64,${LARGE}"]`);
  assert.equal(ascii(cutOf(parsed[0])?.base64), LARGE);
  assert.equal(ascii(cutOf(parsed[0])?.text), `data:image/png;base64,${LARGE}`);
});

Deno.test("cutBase64 pads base64 when it has no padding, and gives none of a wrong length", () => {
  const { parsed, cutOf } = cut(`["${LARGE}AA", "${LARGE}AAA", "${LARGE}A", "${LARGE}A="]`);
  const [two, three, ...wrong] = parsed.map((value: unknown) => cutOf(value)?.base64);
  assert.deepEqual([two, three].map(ascii), [`${LARGE}AA==`, `${LARGE}AAA=`]);
  assert.deepEqual(wrong, [undefined, undefined]);
});

const NOT_CUT: [what: string, json: string][] = [
  ["small", `["${"A".repeat(MIN_CUT_BYTES - 1)}"]`],
  ["a key", `{"${LARGE}" : 1}`],
  ["a text", `["${LARGE}!"]`],
  ["a text of one foreign byte at its beginning", `["!${LARGE}"]`],
  ["padded within", `["${LARGE}=${LARGE}"]`],
  ["padded too much", `["${LARGE}==="]`],
  ["escaped", `["${LARGE}\\/"]`],
  ["escaped at its beginning", `["\\n${LARGE}"]`],
  ["URL-safe", `["${LARGE}-_"]`],
  ["beside an escaped quote", `["\\"${LARGE}\\""]`],
  ["behind an escaped prefix", `["data:image\\/png;base64,${LARGE}"]`],
  ["behind a prefix without base64", `["data:image/png,${LARGE}"]`],
];
for (const [what, json] of NOT_CUT) {
  Deno.test(`cutBase64 leaves a string as it is when it is ${what}`, () => {
    const { body, rest } = cut(json);
    assert.equal(rest, body);
  });
}

Deno.test("cutBase64 finds the end of a string when it ends with backslashes", () => {
  const { parsed, cutOf } = cut(`["a\\\\","${LARGE}","\\\\\\"","${LARGE}"]`);
  assert.deepEqual([parsed[0], parsed[2]], ["a\\", '\\"']);
  assert.ok(cutOf(parsed[1]) && cutOf(parsed[3]));
});

Deno.test("cutBase64 takes no value for a cut when the sender wrote what stood there before", () => {
  const first = cut(`["${LARGE}"]`);
  const [key] = Object.keys(first.parsed[0]);
  const second = cut(`["${LARGE}",{"${key}":0},"{\\"${key}\\":0}"]`);
  assert.deepEqual(second.parsed.slice(1).map(second.cutOf), [undefined, undefined]);
  assert.notDeepEqual(Object.keys(second.parsed[0]), [key]);
});

Deno.test("cutBase64 gives the body when it is not JSON", () => {
  for (const text of ["", '"', `"${LARGE}`, '\\"', `${LARGE}"`, '"\\']) {
    const body = new TextEncoder().encode(text);
    assert.deepEqual(cutBase64(body).json, body);
  }
});

const STRINGS: [text: string, base64: string | undefined, bytes?: number][] = [
  ["QUJD", "QUJD", 3],
  ["QUI=", "QUI=", 2],
  ["QQ==", "QQ==", 1],
  ["QQ", "QQ==", 1],
  ["QUI", "QUI=", 2],
  [" QU\r\nJD\t", "QUJD", 3],
  ["-_-_", "+/+/", 3],
  ["data:a/b;base64,QUJD", "QUJD", 3],
  ["DATA:;BASE64,QUJD", "QUJD", 3],
  ["", undefined],
  [" ", undefined],
  ["=", undefined],
  ["====", undefined],
  ["Q", undefined],
  ["QUJDQ", undefined],
  ["Q===", undefined],
  ["QUJD=", undefined],
  ["QUJD==", undefined],
  ["QQ=", undefined],
  ["QQ=A", undefined],
  ["QUJ€", undefined],
  ["QUJ\0", undefined],
  ["data:a/b,QUJD", undefined],
];
for (const [text, base64, bytes] of STRINGS) {
  Deno.test(`toBase64 gives ${base64 ?? "nothing"} when the text is ${JSON.stringify(text)}`, () => {
    const read = toBase64(text);
    assert.equal(ascii(read), base64);
    assert.equal(read && decodedLength(read), bytes);
    if (base64) assert.equal(atob(base64).length, bytes);
  });
}
