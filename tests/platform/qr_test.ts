import assert from "node:assert/strict";
import decodeQR from "qr/decode.js";
import { parseQrCode, parseQrCodes } from "../../supabase/functions/_shared/wpp/platform/qr.ts";

const PAIRING = "2@Kx9/Zq+1a==,bGZk3v0=,R2D2c3p0,AAAA";
/** The smallest PNG: one transparent pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E" +
  "rkJggg==";

const SVG = new RegExp(
  '^<svg xmlns="http://www\\.w3\\.org/2000/svg" viewBox="0 0 (\\d+) \\1">' +
    '<path fill="#fff" d="M0 0h\\1v\\1H0z"/>' +
    '<path stroke="#000" shape-rendering="crispEdges" d="([^"]*)"/></svg>$',
);

/** The modules that an image draws dark on white, by rows. */
function drawn(image: string): boolean[][] {
  const [prefix, content] = image.split(",");
  assert.equal(prefix, "data:image/svg+xml;base64");
  const [, size, dark] = SVG.exec(atob(content)) ?? assert.fail("not black on white");
  const strokes = [...dark.matchAll(/(?:M(\d+) (\d+)\.5|m(\d+) 0)h(\d+)/g)];
  assert.equal(strokes.map(([stroke]) => stroke).join(""), dark, "strokes and nothing else");
  const modules = Array.from({ length: Number(size) }, () => Array(Number(size)).fill(false));
  let [x, y] = [0, 0];
  for (const [, left, top, gap, width] of strokes) {
    [x, y] = gap === undefined ? [Number(left), Number(top)] : [x + Number(gap), y];
    modules[y].fill(true, x, x += Number(width));
  }
  return modules;
}

/** What a reader makes of a picture of these modules. */
function read(modules: boolean[][], scale = 4): string {
  const side = modules.length * scale;
  const data = new Uint8Array(side * side * 3).map((_, index) => {
    const pixel = Math.floor(index / 3);
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    return modules[Math.floor(y / scale)][Math.floor(x / scale)] ? 0 : 255;
  });
  return decodeQR({ width: side, height: side, data });
}

for (const text of [PAIRING, `2@${"a".repeat(237)}`, `1@${"~".repeat(2000)}`]) {
  Deno.test(`parseQrCode draws what reads as the text when it has ${text.length} characters`, () => {
    const qr = parseQrCode(text);
    assert.equal(qr?.text, text);
    assert.equal(read(drawn(qr.image)), text);
  });
}

Deno.test("parseQrCode leaves a quiet zone of four light modules on each side", () => {
  const modules = drawn(parseQrCode(PAIRING)!.image);
  const size = modules.length;
  const isBorder = (i: number) => i < 4 || i >= size - 4;
  modules.forEach((row, y) =>
    row.forEach((dark, x) => assert.ok(!dark || !isBorder(x) && !isBorder(y), `${x},${y}`))
  );
  for (const [x, y] of [[4, 4], [size - 5, 4], [4, size - 5]]) {
    assert.equal(modules[y][x], true, "the corner of a finder pattern is dark");
  }
});

Deno.test("parseQrCode draws another image when the text differs", () => {
  assert.notEqual(parseQrCode("2@a")!.image, parseQrCode("2@b")!.image);
});

/** The first bytes of pictures that are passed on, and some more of them. */
const PICTURES: Record<string, string> = {
  png: PNG,
  jpeg: btoa("\xff\xd8\xff\xe0\0\x10JFIF\0\x01"),
  gif: btoa("GIF89a\x01\0\x01\0\x80"),
  webp: btoa("RIFF\x24\0\0\0WEBPVP8 \x18\0"),
};

for (const [type, base64] of Object.entries(PICTURES)) {
  const image = `data:image/${type};base64,${base64}`;
  const urlSafe = base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const forms = {
    "a data URL": image,
    "a data URL with a parameter": `data:image/${type};charset=utf-8;base64,${base64}`,
    "a data URL with several": `data:image/${type}; charset="utf-8"; name=qr; base64, ${base64}`,
    "a data URL in capitals": `DATA:IMAGE/${type.toUpperCase()};BASE64,${base64}`,
    "a data URL of another type": `data:image/bmp;base64,${base64}`,
    "a data URL that says SVG": `data:image/svg+xml;base64,${base64}`,
    "a data URL broken into lines": image.replace(/.{10}/g, "$&\r\n\t "),
    "a data URL without padding": image.replaceAll("=", ""),
    "bare base64": base64,
    "bare base64 broken into lines": `\n${base64.replace(/.{4}/g, "$&\n ")}`,
    "bare base64 without padding": base64.replaceAll("=", ""),
    "bare base64url": urlSafe,
    "a data URL of base64url": `data:image/${type};base64,${urlSafe}`,
  };
  for (const [form, value] of Object.entries(forms)) {
    Deno.test(`parseQrCode gives a data URL of image/${type} when it is given ${form}`, () => {
      assert.deepEqual(parseQrCode(value), { image });
    });
  }
}

const TEXTS: Record<string, string> = {
  "today's pairing text": `https://wa.me/settings/linked_devices#${PAIRING}`,
  "a pairing text of before": PAIRING,
  "a link": "https://example.test/qr.png?a=1&b=2",
  "some words": "Scan me",
  "digits": "12345678",
  "text beyond ASCII": "Привет, 世界 👋",
  "what could be base64": "iVBOR",
};

for (const [name, text] of Object.entries(TEXTS)) {
  Deno.test(`parseQrCode draws what reads as the text when it is given ${name}`, () => {
    const qr = parseQrCode(` ${text}\n`);
    assert.equal(qr?.text, text);
    assert.equal(read(drawn(qr.image)), text);
  });
}

Deno.test("parseQrCode draws up to 2,953 bytes, which is what a QR code holds", () => {
  for (const full of ["2@" + "~".repeat(2951), "я".repeat(1476) + "~"]) {
    assert.equal(parseQrCode(full)?.text, full);
    assert.equal(parseQrCode(full + "~"), undefined);
  }
});

Deno.test("parseQrCodes prefers a text to a picture, and a picture to what it cannot read", () => {
  const picture = { image: `data:image/png;base64,${PNG}` };
  assert.deepEqual(parseQrCodes([PNG, PAIRING]), parseQrCode(PAIRING));
  assert.deepEqual(parseQrCodes([PAIRING, PNG]), parseQrCode(PAIRING));
  assert.deepEqual(parseQrCodes(["a\0b", PNG, PICTURES.gif]), picture);
  assert.equal(parseQrCodes(["a\0b"]), undefined);
  assert.equal(parseQrCodes([]), undefined);
});

Deno.test("parseQrCode takes what is wrapped in white space or broken into lines", () => {
  const lines = PNG.replace(/.{76}/g, "$&\r\n");
  assert.deepEqual(parseQrCode(` ${lines}\n`), parseQrCode(PNG));
  assert.deepEqual(parseQrCode(`data:image/png;base64,${lines}`), parseQrCode(PNG));
  assert.deepEqual(parseQrCode(`\n${PAIRING} `), parseQrCode(PAIRING));
});

const HOSTILE: Record<string, string> = {
  "an empty text": "",
  blanks: " \n\t",
  "markup": '<img src=x onerror="alert(1)">',
  "a data URL of HTML": `data:text/html;base64,${PNG}`,
  "a data URL that is not base64": "data:image/svg+xml,<svg onload='alert(1)'/>",
  "a data URL that breaks out of its attribute": `data:image/png;base64,${PNG}" onerror="alert(1)`,
  "an empty data URL": "data:image/png;base64,",
  "a data URL with a second one in it": `data:image/png;base64,${PNG},data:text/html;base64,AAAA`,
  "base64 of something else": btoa("%PDF-1.7 and some more of it"),
  "base64 of a PNG with half a byte at its end": PNG.slice(0, 41),
  "base64 of an SVG": btoa("<svg onload='alert(1)' xmlns='http://www.w3.org/2000/svg'/>"),
  "base64 of an SVG after its XML head": btoa("<?xml version='1.0'?><svg onload='alert(1)'/>"),
  "base64 of a page": btoa("<!DOCTYPE html><script>alert(1)</script>"),
  "an SVG": "<svg onload='alert(1)' xmlns='http://www.w3.org/2000/svg'/>",
  "a data URL of an SVG": `data:image/svg+xml;base64,${btoa("<svg onload='alert(1)'/>")}`,
  "a data URL of an SVG that says PNG": `data:image/png;base64,${btoa("<svg onload='alert(1)'/>")}`,
  "a data URL in capitals of an SVG": `DATA:image/SVG+XML;base64,${btoa("<svg onload='x'/>")}`,
  "a data URL of no picture": `data:image/png;base64,${btoa("RIFF\x24\0\0\0WAVEfmt ")}`,
  "a data URL of four bytes": "data:image/png;base64,iVBOR",
  "a data URL without base64": `data:image/png,${PNG}`,
  "a data URL of text": "data:,2@abc",
  "a text with a lone surrogate": "2@abc\ud800def",
  "a text with an escape": "2@abc\u001b[2Jdef",
  "base64 of a PNG with more behind it": `${PNG}"><script>`,
  "a pairing text with a control character": "2@abc\u0000def",
  "a pairing text with markup beyond ASCII": "2@abc\u202edef",
  "a pairing text with a break in it": "2@abc\ndef",
  "a pairing text that no code can hold": `2@${"a".repeat(2954)}`,
  "a megabyte": "A".repeat(1024 * 1024),
};

for (const [name, value] of Object.entries(HOSTILE)) {
  Deno.test(`parseQrCode gives undefined when it is given ${name}`, () => {
    assert.equal(parseQrCode(value), undefined);
  });
}

Deno.test("parseQrCode puts nothing of the text into the markup when it looks like markup", () => {
  const { image, text } = parseQrCode('2@"/><script>alert(1)</script>')!;
  assert.equal(text, '2@"/><script>alert(1)</script>');
  assert.ok(!atob(image.split(",")[1]).includes("script"));
});
