/** What is said of media that comes in, its type and its name, and what of that is believed. */
import assert from "node:assert/strict";
import { mediaOf, withMedia } from "../support/received_media.ts";
import { inStorage, mediaSamples } from "../support/storage.ts";
import { connectHooked, messages, tell } from "../support/webhook.ts";

const MARKUP: Record<string, [text: string, declared: string]> = {
  "svg that is declared": ["<svg xmlns='x'><script/></svg>", "image/svg+xml"],
  "svg after a comment": ["\ufeff \n<!-- x --><svg onload='x'/>", "image/png"],
  "html that is declared": ["<html>", "text/html; charset=utf-8"],
  "html that lies": ["  <!DOCTYPE html><script>", "image/jpeg"],
  "a fragment": ["<script>alert(1)</script>", "text/plain"],
  "xml": ["<?xml version='1.0'?><x/>", "application/xml"],
  "a declared type alone": ["no markup to be seen", "text/html"],
  "xhtml": ["no markup to be seen", "application/xhtml+xml"],
  "a script": ["alert(1)", "text/javascript"],
  "a form": ["--x", "multipart/form-data; boundary=x"],
  "no type": ["words", "nonsense"],
};
inStorage("wpp-webhook stores as bytes what a browser would run", async (world, storage) => {
  const { hook, session } = await connectHooked(world);
  for (const [what, [text, mimetype]] of Object.entries(MARKUP)) {
    const base64 = new TextEncoder().encode(text).toBase64();
    await tell(hook, withMedia(session, { mimetype, base64 }));
    const { path, mimetype: stored } = await mediaOf(world);
    assert.equal(stored, "application/octet-stream", what);
    assert.equal(storage.objects.get(String(path))?.mimetype, "application/octet-stream", what);
    assert.equal((await messages(world)).at(-1)?.kind, "document", what);
  }
});

inStorage("wpp-webhook goes by the bytes where the declared type lies", async (world) => {
  const { hook, session } = await connectHooked(world);
  const cases: [
    word: string,
    declared: string,
    sample: keyof typeof mediaSamples,
    stored: string[],
  ][] = [
    ["image", "image/png", "pdf", ["document", "application/pdf"]],
    ["video", "video/mp4", "jpeg", ["document", "image/jpeg"]],
    ["document", "application/pdf", "png", ["document", "image/png"]],
    // An audio file in a container that may hold a video is not a lie.
    ["ptt", "audio/mp4", "mp4", ["voice", "audio/mp4"]],
    ["audio", "audio/webm; codecs=opus", "webm", ["audio", "audio/webm"]],
    ["document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "zip", [
      "document",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ]],
  ];
  for (const [word, mimetype, sample, stored] of cases) {
    const base64 = mediaSamples[sample].bytes.toBase64();
    await tell(hook, withMedia(session, { mimetype, base64 }, word));
    const { kind, media } = (await messages(world)).at(-1)!;
    assert.deepEqual([kind, (media as { mimetype: string }).mimetype], stored, word);
  }
});

const NAMES: [told: string, kept: string | undefined][] = [
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\a\\bill.pdf", "bill.pdf"],
  ["gpj.\u202ecod.exe", "gpj.cod.exe"],
  ["a\u200bb\u0007\r\nc.png", "abc.png"],
  ['<b>"x":|?*.png', "_b__x_____.png"],
  ["счёт №1.pdf", "счёт №1.pdf"],
  ["...", undefined],
  ["a".repeat(300) + ".jpeg", "a".repeat(95) + ".jpeg"],
  ["😀".repeat(200) + ".png", "😀".repeat(96) + ".png"],
];
inStorage("wpp-webhook cleans the names of files", async (world) => {
  const { hook, session } = await connectHooked(world);
  const base64 = mediaSamples.png.bytes.toBase64();
  for (const [filename, kept] of NAMES) {
    await tell(hook, withMedia(session, { filename, base64 }));
    assert.equal((await mediaOf(world)).filename, kept, filename);
  }
});
