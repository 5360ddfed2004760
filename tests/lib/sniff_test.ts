import assert from "node:assert/strict";
import { sniff } from "../../supabase/functions/_shared/wpp/lib/sniff.ts";
import { mediaSamples } from "../support/media_samples.ts";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

for (const [name, sample] of Object.entries(mediaSamples)) {
  Deno.test(`sniff tells ${name} by its first bytes`, () => {
    const known = name === "zip" ? undefined : sample.mimetype; // office documents are zips as well
    assert.equal(sniff(sample.bytes), known);
    assert.equal(sniff(sample.bytes.subarray(0, 64)), known, "64 of them are enough");
  });
}

const MARKUP: [text: string, mimetype: string][] = [
  ["<svg>", "image/svg+xml"],
  ["<?xml version='1.0'?>\n<!-- a -->\n<SVG>", "image/svg+xml"],
  ["<!DOCTYPE html>", "text/html"],
  ["\xef\xbb\xbf \r\n\t<script>", "text/html"],
  ["<x/>", "text/html"],
];
Deno.test("sniff tells markup, whatever comes before it", () => {
  for (const [text, mimetype] of MARKUP) assert.equal(sniff(bytes(text)), mimetype, text);
});

Deno.test("sniff tells nothing of what it does not know", () => {
  const unknown = [
    "",
    "a",
    "words",
    "< 5",
    "\0\0\0\0",
    "RIFF\0\0\0\0AVI ",
    "\xff\xd8",
    "x\x89PNG\r\n\x1a\n",
  ];
  for (const text of unknown) assert.equal(sniff(bytes(text)), undefined, text);
});

Deno.test("sniff tells a video in Ogg and other containers", () => {
  const theora = `OggS\0\x02${"\0".repeat(22)}\x80theora`;
  assert.equal(sniff(bytes(theora)), "video/ogg");
  assert.equal(sniff(bytes("\x1aE\xdf\xa3\0\0matroska")), "video/x-matroska");
  assert.equal(sniff(bytes("\0\0\0\x18ftypmif1")), "image/heic");
  assert.equal(sniff(bytes("\0\0\0\x18ftypavif")), "image/avif");
  assert.equal(sniff(bytes("\0\0\0\x18ftypmp42")), "video/mp4");
});
