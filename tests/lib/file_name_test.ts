import assert from "node:assert/strict";
import { cleanFileName, extensionOf } from "../../supabase/functions/_shared/wpp/lib/file_name.ts";

const NAMES: [told: string, kept: string | undefined][] = [
  ["bill.pdf", "bill.pdf"],
  ["счёт №1.pdf", "счёт №1.pdf"],
  ["👩‍🚀.png", "👩🚀.png"],
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\a\\bill.pdf", "bill.pdf"],
  ["folder/", undefined],
  [".htaccess", "htaccess"],
  ["a. . ", "a"],
  ["gpj.\u202ecod.exe", "gpj.cod.exe"],
  ["a\u200b\u2066\u0000\r\nb.png", "ab.png"],
  ["\ud800.png", "\ufffd.png"],
  ['<b>"x":|?*', "_b__x_____".slice(0, 10)],
  ["", undefined],
  [" \u3164\u2800", undefined],
  ["..", undefined],
];
Deno.test("cleanFileName keeps what is a name, and nothing that hides or leads elsewhere", () => {
  for (const [told, kept] of NAMES) assert.equal(cleanFileName(told), kept, told);
});

Deno.test("cleanFileName keeps 100 characters with the extension", () => {
  assert.equal(cleanFileName("a".repeat(300) + ".jpeg"), "a".repeat(95) + ".jpeg");
  assert.equal(cleanFileName("😀".repeat(300)), "😀".repeat(100));
  assert.equal(cleanFileName(`${"a".repeat(100)}.${"b".repeat(100)}`), "a".repeat(100));
});

Deno.test("extensionOf gives the last one in small letters", () => {
  const names = ["a.PNG", "a.tar.gz", ".png", "a", "a.", "a.b c", `a.${"b".repeat(13)}`];
  assert.deepEqual(names.map(extensionOf), ["png", "gz", "", "", "", "", ""]);
});
