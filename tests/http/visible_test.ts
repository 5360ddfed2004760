/** Texts and names that show nothing are refused; whatever shows something is taken. */
import assert from "node:assert/strict";
import { direct, userHeaders, withoutDatabase } from "../support/direct.ts";
import { userToken } from "../support/jwt.ts";
import { send } from "../support/messages.ts";
import { inWorld } from "../support/world.ts";

const NOTHING: Record<string, string> = {
  "nothing": "",
  "spaces": "   ",
  "line breaks and tabs": "\r\n\t",
  "no-break and ideographic spaces": "\u00a0\u2003\u3000",
  "zero-width characters": "\u200b\u200c\u200d\u2060\ufeff",
  "a Braille blank": "\u2800",
  "Hangul fillers": "\u115f\u1160\u3164\uffa0",
  "variation selectors": "\ufe0f\ufe0e\u{e0100}",
  "directional marks": "\u200e\u200f\u061c\u202a\u202e\u2066\u2069",
  "a soft hyphen": "\u00ad",
  "tags": "\u{e0001}\u{e0041}",
  "controls": "\u0001\u0007\u009f",
  "a null notehead": "\u{1d159}",
};
for (const [what, nothing] of Object.entries(NOTHING)) {
  withoutDatabase(`the functions refuse a text and a name when they are ${what}`, async () => {
    for (
      const [name, field, more] of [
        ["wpp-send", "text", { to: "+79991112233" }],
        ["wpp-create", "name", {}],
      ] as const
    ) {
      const body = JSON.stringify({ ...more, [field]: nothing });
      const response = await direct(name, { method: "POST", headers: await userHeaders(), body });
      const { error } = await response.json();
      assert.deepEqual([response.status, error.code], [400, "invalid_request"]);
      assert.deepEqual(Object.keys(error.fields), [field]);
    }
  });
}

const SOMETHING = [
  "😀",
  "👨‍👩‍👧",
  "❤️",
  "🇷🇺",
  "e\u0301",
  "\u0301",
  "مرحبا",
  "\u200fשלום\u200e",
  ".",
  " . ",
  "\u200b!\u200b",
  "हिन्दी",
  "\ue000",
  "\u{1fae9}", // of Unicode 16
  "\u{1facd}", // of none yet
];
inWorld(
  "the functions take a text and a name as they are when they show anything",
  async (world) => {
    const { token } = await world.connect();
    for (const text of SOMETHING) {
      const { http } = await send(world, token, undefined, { to: "+79991112233", text });
      assert.equal(http, 202, JSON.stringify(text));
      assert.equal(world.simulator.messages.at(-1)?.text, text);
      const response = await world.call("wpp-create", {
        token: await userToken(),
        body: { name: text },
      });
      assert.equal(response.status, 201, JSON.stringify(text));
      const { integrationId } = await response.json();
      const row = await world.row(
        "select name from messenger_integrations where id = $1",
        integrationId,
      );
      assert.equal(row?.name, text);
    }
  },
);
