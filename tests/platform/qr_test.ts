import assert from "node:assert/strict";
import decodeQR from "qr/decode.js";
import { parseQrCode } from "../../supabase/functions/_shared/wpp/platform/qr.ts";

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

for (const type of ["png", "jpeg", "gif", "webp", "svg+xml"]) {
  Deno.test(`parseQrCode passes a data URL on when it is of image/${type}`, () => {
    const image = `data:image/${type};base64,${PNG}`;
    assert.deepEqual(parseQrCode(image), { image });
  });
}

Deno.test("parseQrCode makes a data URL when it is given the bare base64 of a PNG", () => {
  assert.deepEqual(parseQrCode(PNG), { image: `data:image/png;base64,${PNG}` });
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
  "some text": "Scan me",
  "a link": "https://evil.test/qr.png",
  "a script link": "javascript:alert(1)",
  "markup": '<img src=x onerror="alert(1)">',
  "a data URL of HTML": `data:text/html;base64,${PNG}`,
  "a data URL that is not base64": "data:image/svg+xml,<svg onload='alert(1)'/>",
  "a data URL that breaks out of its attribute": `data:image/png;base64,${PNG}" onerror="alert(1)`,
  "an empty data URL": "data:image/png;base64,",
  "a data URL with a second one in it": `data:image/png;base64,${PNG},data:text/html;base64,AAAA`,
  "base64 of something else": btoa("%PDF-1.7 and some more of it"),
  "base64 of a PNG with more behind it": `${PNG}"><script>`,
  "a pairing text with a control character": "2@abc\u0000def",
  "a pairing text with markup beyond ASCII": "2@abc\u202edef",
  "a pairing text with a break in it": "2@abc\ndef",
  "a pairing text without keys": "2@",
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
