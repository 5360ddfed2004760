/** Fields that a function refuses, by their names. */
import assert from "node:assert/strict";
import { refusal, withoutDatabase } from "../support/direct.ts";

const SENDS: [string, unknown, string[]][] = [
  ["nothing", {}, ["to", "text"]],
  ["no recipient", { text: "x" }, ["to"]],
  ["a recipient and a chat", { to: "+79991112233", chatId: crypto.randomUUID(), text: "x" }, [
    "chatId",
  ]],
  ["no text", { to: "+79991112233" }, ["text"]],
  ["an empty text", { to: "+79991112233", text: "" }, ["text"]],
  ["a text of 4,097 characters", { to: "+79991112233", text: "👋".repeat(4097) }, ["text"]],
  ["a NUL in the text", { to: "+79991112233", text: "a\0b" }, ["text"]],
  ["half a character in the text", { to: "+79991112233", text: "a\ud83d" }, ["text"]],
  ["a number as text", { to: "+79991112233", text: 5 }, ["text"]],
  ["a number as recipient", { to: 79991112233, text: "x" }, ["to"]],
  ["an impossible recipient", { to: "+7999", text: "x" }, ["to"]],
  ["a word as recipient", { to: "Anna", text: "x" }, ["to"]],
  ["null as session", { to: "+79991112233", text: "x", session: null }, ["session"]],
];
for (const [what, body, wrong] of SENDS) {
  withoutDatabase(`wpp-send names the field when it gets ${what}`, async () => {
    const init = { body: JSON.stringify(body) };
    const { fields } = await refusal("wpp-send", init, [400, "invalid_request"]);
    assert.deepEqual(Object.keys(fields), wrong);
  });
}

for (const key of ["", "x".repeat(256), "é", "a\tb"]) {
  withoutDatabase(`wpp-send refuses ${JSON.stringify(key).slice(0, 12)} as key`, async () => {
    const init = {
      body: JSON.stringify({ to: "+79991112233", text: "x" }),
      headers: { "idempotency-key": key },
    };
    const { fields } = await refusal("wpp-send", init, [400, "invalid_request"]);
    assert.deepEqual(Object.keys(fields), ["idempotency-key"]);
  });
}

for (
  const body of ['{"name":""}', '{"name":7}', `{"name":"${"n".repeat(101)}"}`, '{"name":"\\u0000"}']
) {
  withoutDatabase(`wpp-create refuses ${body.slice(0, 20)}`, async () => {
    const { fields } = await refusal("wpp-create", { body }, [400, "invalid_request"]);
    assert.deepEqual(Object.keys(fields), ["name"]);
  });
}
