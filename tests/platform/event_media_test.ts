/** Media of messages: their description, their bytes, and the text beside them. */
import assert from "node:assert/strict";
import { ascii, FROM_PERSON, type Json, post } from "../support/events.ts";

const SMALL = btoa("some bytes of a picture, or of sound");
const LARGE = btoa("\xff\x00picture".repeat(5_000)).replace(/=+$/, "==").slice(0, 53_332);
const FLAT = { mimetype: "image/png", filename: "a.png", base64: SMALL };

function readMedia(fields: Json) {
  const { event, base64 } = post({ ...FROM_PERSON, type: "image", ...fields });
  assert.ok(event.type === "message", JSON.stringify(event));
  return { kind: event.kind, text: event.text, media: event.media, base64: ascii(base64) };
}

Deno.test("readEvent reads a picture when it comes in the current form", () => {
  assert.deepEqual(readMedia({ text: "[Image] Look", media: FLAT }), {
    kind: "image",
    text: "Look",
    media: { mimetype: "image/png", filename: "a.png", size: 36 },
    base64: SMALL,
  });
});

Deno.test("readEvent reads a picture when it comes in wppconnect's form", () => {
  const about = { mimetype: "image/png", filename: "a.png", size: 9 };
  const { event, base64 } = post({
    event: "onmessage",
    from: "79991112233@c.us",
    type: "image",
    ...about,
    body: SMALL,
    content: SMALL,
    caption: "Look",
  });
  assert.ok(event.type === "message");
  assert.equal(event.text, "Look");
  assert.deepEqual(event.media, { ...about, size: 36 });
  assert.equal(ascii(base64), SMALL);
});

const PLACES: [place: string, fields: (base64: string) => Json][] = [
  ["media.base64", (base64) => ({ media: { mimetype: "image/png", base64 } })],
  ["media.data", (data) => ({ media: { mimetype: "image/png", data } })],
  ["media", (media) => ({ media })],
  ["base64", (base64) => ({ base64 })],
  ["body", (body) => ({ body })],
  ["content", (content) => ({ content })],
];
const WRITINGS: [writing: string, write: (base64: string) => string][] = [
  ["as it is", (base64) => base64],
  ["as a data URL", (base64) => `data:image/png;base64,${base64}`],
  ["in lines", (base64) => base64.replace(/.{1,76}/g, "$&\r\n")],
  ["in the URL-safe alphabet", (base64) => base64.replaceAll("+", "-").replaceAll("/", "_")],
  ["without padding", (base64) => base64.replace(/=+$/, "")],
];
for (const [place, fields] of PLACES) {
  for (const [writing, write] of WRITINGS) {
    if (writing === "without padding" && /^(body|content)$/.test(place)) continue; // may be a text
    Deno.test(`readEvent gives the bytes when they are in ${place}, written ${writing}`, () => {
      for (const base64 of [SMALL, LARGE]) {
        const read = readMedia({ caption: "Look", ...fields(write(base64)) });
        assert.equal(read.base64, base64);
        assert.equal(read.media?.size, atob(base64).length);
        assert.equal(read.text, "Look");
        assert.equal(read.kind, "image");
      }
    });
  }
}

const NO_BYTES = [
  "",
  "=",
  "A",
  "AAAAA",
  "A===",
  "AB=C",
  "AA=A=",
  "Ä",
  "A".repeat(20_001),
  "a b c!",
];
for (const base64 of NO_BYTES) {
  const what = base64.length > 20 ? "20,001 characters" : JSON.stringify(base64);
  Deno.test(`readEvent keeps a message without bytes when its base64 is ${what}`, () => {
    const media = { mimetype: "image/png", filename: "a.png", size: 7, base64 };
    assert.deepEqual(readMedia({ text: "[Image] Look", media }), {
      kind: "image",
      text: "Look",
      media: { mimetype: "image/png", filename: "a.png", size: 7 },
      base64: undefined,
    });
  });
}

const TEXTS: [when: string, fields: Json, text: string | undefined][] = [
  ["there is a placeholder", { text: "[Image]" }, undefined],
  ["there is a placeholder in Russian", { text: "[Изображение]" }, undefined],
  ["a caption follows the placeholder", { text: "[Изображение] Hi\n[you]" }, "Hi\n[you]"],
  ["a caption begins with brackets", { text: "[Image]", caption: "[ok] yes" }, "[ok] yes"],
  ["there is no placeholder", { text: "Hi" }, "Hi"],
  ["body is a word that could be base64", { body: "Test" }, "Test"],
  [
    "body is a sentence of letters",
    { body: "see you tomorrow at the old station then" },
    "see you tomorrow at the old station then",
  ],
  ["body is a laughter of 34 letters", { body: "ha".repeat(17) }, "ha".repeat(17)],
  ["there is none", {}, undefined],
  ["text is large and looks like base64", { text: "A".repeat(20_000) }, "A".repeat(20_000)],
];
for (const [when, fields, text] of TEXTS) {
  Deno.test(`readEvent reads the text beside a picture when ${when}`, () => {
    assert.equal(readMedia({ media: { url: "https://wpp.example/a" }, ...fields }).text, text);
    assert.equal(readMedia(fields).text, text);
  });
}

const KINDS: [kind: string, type: string | undefined, mimetype?: string][] = [
  ["image", "file", "image/png"],
  ["video", "file", "video/mp4"],
  ["audio", "file", "audio/ogg; codecs=opus"],
  ["document", "file", "application/pdf"],
  ["document", "file"],
  ["document", "document", "image/png"],
  ["voice", "ptt", "audio/ogg"],
  ["sticker", "sticker", "image/webp"],
  ["image", "chat", "IMAGE/PNG"],
  ["document", "chat"],
];
for (const [kind, type, mimetype] of KINDS) {
  Deno.test(`readEvent reads the kind ${kind} when type is ${type} with ${mimetype}`, () => {
    assert.equal(readMedia({ type, media: { ...FLAT, mimetype } }).kind, kind);
  });
}

Deno.test("readEvent reads the kind from the mimetype when type is the event's", () => {
  const media = { ...FLAT, mimetype: "video/mp4" };
  assert.equal(readMedia({ type: "message.incoming", media }).kind, "video");
  assert.equal(readMedia({ type: "message.incoming", text: "Hi" }).kind, "text");
});

const DESCRIPTIONS: [when: string, media: Json, description: Json][] = [
  ["there is a url", { url: "https://wpp.example/a?b=1" }, { url: "https://wpp.example/a?b=1" }],
  ["the url is of another protocol", { url: "file:///etc/passwd" }, {}],
  ["the url is none", { url: "http://" }, {}],
  ["the url is too long", { url: `https://wpp.example/${"a".repeat(5_000)}` }, {}],
  ["the url holds a line break", { url: "https://wpp.example/\na" }, {}],
  ["the mimetype is none", { mimetype: "picture" }, {}],
  ["the mimetype is too long", { mimetype: `image/${"a".repeat(300)}` }, {}],
  ["the mimetype holds a control character", { mimetype: "image/png\u0007" }, {}],
  ["the filename holds control characters", { filename: "\0a\n.png" }, { filename: "a.png" }],
  ["the filename is too long", { filename: "a".repeat(300) }, { filename: "a".repeat(100) }],
  ["the filename looks like base64", { filename: "a".repeat(20_000) }, {
    filename: "a".repeat(100),
  }],
  ["the size is a text", { size: "12" }, { size: 12 }],
  ["the size is nonsense", { size: -1 }, {}],
  ["the size is a fraction", { size: 1.5 }, {}],
];
for (const [when, media, description] of DESCRIPTIONS) {
  Deno.test(`readEvent describes media when ${when}`, () => {
    assert.deepEqual(readMedia({ media }).media, description);
  });
}

Deno.test("readEvent takes a url when media itself is one", () => {
  const { media, kind } = readMedia({ media: "https://wpp.example/a", type: "chat" });
  assert.deepEqual([media, kind], [{ url: "https://wpp.example/a" }, "document"]);
});

Deno.test("readEvent reads no media when the message has none", () => {
  for (const media of [null, "", {}, [], false, 0]) {
    const { kind, media: described } = readMedia({
      type: "chat",
      text: "Hi",
      media,
      url: "https://a",
    });
    assert.deepEqual([kind, described], ["text", undefined], JSON.stringify(media));
  }
});
