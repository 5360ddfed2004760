/** Which chat a message is in, who wrote it, and which number is ours. */
import assert from "node:assert/strict";
import { type Json, PERSON, readMessage } from "../support/events.ts";

const person = (address: string, phone: string | null) => ({ address, phone, kind: "person" });
const LID = "123456789012345@lid";
const CHATS: [when: string, fields: Json, chat: Json][] = [
  ["@s.whatsapp.net is written", { raw_from: "79991112233@s.whatsapp.net" }, PERSON],
  ["a device is written", { raw_from: "79991112233:12@s.whatsapp.net" }, PERSON],
  ["capitals are written", { raw_from: "79991112233@C.US" }, PERSON],
  ["bare digits are written", { raw_from: undefined, from: "79991112233" }, PERSON],
  ["a number is written", { raw_from: undefined, from: 79991112233 }, PERSON],
  ["a plus is written", { raw_from: undefined, from: "+79991112233" }, PERSON],
  ["an object is written", { raw_from: undefined, from: { _serialized: PERSON.address } }, PERSON],
  ["chatId alone is there", { raw_from: null, from: null, chatId: PERSON.address }, PERSON],
  [
    "the id alone names it",
    { raw_from: null, from: "?", id: `false_${PERSON.address}_3EB0` },
    PERSON,
  ],
  [
    "it is an older account of Mexico",
    { raw_from: "5215512345678@c.us" },
    person("5215512345678@c.us", "+525512345678"),
  ],
  [
    "it is a number of Argentina without the 9",
    { raw_from: undefined, from: "+541112345678" },
    person("541112345678@c.us", "+5491112345678"),
  ],
  [
    "it is a number of Brazil without the ninth digit",
    { raw_from: "551181234567@c.us" },
    person("551181234567@c.us", "+5511981234567"),
  ],
  ["the number is hidden", { from: undefined, raw_from: LID }, person(LID, null)],
  ["from is the hidden number's", { from: "+123456789012345", raw_from: LID }, person(LID, null)],
  ["from is another number", { raw_from: LID }, person(LID, "+79991112233")],
  [
    "a hidden number has a device",
    { from: null, raw_from: LID.replace("@", ":3@") },
    person(LID, null),
  ],
  ["it is WhatsApp's own", { raw_from: "0@c.us" }, person("0@c.us", null)],
  ["it is too long for a number", { raw_from: "1234567890123456@c.us" }, {
    ...person("1234567890123456@c.us", null),
  }],
  ["it is a channel", { raw_from: "1203@newsletter" }, {
    address: "1203@newsletter",
    phone: null,
    kind: "unknown",
  }],
  ["it is a list", { raw_from: "1203@broadcast" }, {
    address: "1203@broadcast",
    phone: null,
    kind: "unknown",
  }],
  ["from is the chat's phone in words", { raw_from: PERSON.address, from: "Anna" }, PERSON],
];
for (const [when, fields, chat] of CHATS) {
  Deno.test(`readEvent finds the chat when ${when}`, () => {
    assert.deepEqual(readMessage(fields).chat, chat);
  });
}

const GROUP = "120363041234567@g.us";
const SENDERS: [when: string, fields: Json, sender: string | undefined][] = [
  ["author is an address", { author: "79995556677@c.us" }, "+79995556677"],
  ["author is an object", { author: { _serialized: "79995556677@c.us" } }, "+79995556677"],
  ["participant is an address", { participant: "79995556677:3@s.whatsapp.net" }, "+79995556677"],
  ["sender.id is an address", { sender: { id: "79995556677@c.us" } }, "+79995556677"],
  ["the id has it", { id: `false_${GROUP}_3EB0_79995556677@c.us` }, "+79995556677"],
  ["author is hidden", { author: LID }, LID],
  ["author is hidden and from a number", { author: LID, from: "+79995556677" }, "+79995556677"],
  ["from is another number", { from: "+79995556677" }, "+79995556677"],
  ["from is the group's digits", { from: "+120363041234567" }, undefined],
  [
    "raw_from is the person's address",
    { raw_from: "79995556677@c.us", chatId: GROUP },
    "+79995556677",
  ],
  ["from is the group", { from: GROUP }, undefined],
  [
    "from is the person's address",
    { from: "79995556677@c.us", chatId: GROUP, raw_from: null },
    "+79995556677",
  ],
];
for (const [when, fields, sender] of SENDERS) {
  Deno.test(`readEvent finds who wrote in a group when ${when}`, () => {
    const message = readMessage({
      from: undefined,
      raw_from: GROUP,
      senderName: "Anna",
      ...fields,
    });
    assert.deepEqual(message.chat, { address: GROUP, phone: null, kind: "group" });
    assert.equal(message.sender, sender);
    assert.equal(message.name, undefined, "a sender's name is not the group's");
  });
}

const OWN_PHONES: [when: string, fields: Json, ownPhone: string | undefined][] = [
  ["to is a number", { to: "+70000000001" }, "+70000000001"],
  ["to is an address", { to: "70000000001@c.us" }, "+70000000001"],
  ["to is hidden", { to: LID }, undefined],
  ["to is a group", { to: GROUP }, undefined],
  ["to is the session", { to: "0000000000004" }, undefined],
  ["to is the chat", { to: "79991112233@s.whatsapp.net" }, undefined],
  [
    "to is the chat in another spelling",
    { raw_from: "5215512345678@c.us", to: "525512345678" },
    undefined,
  ],
  ["to is the hidden chat's digits", { raw_from: LID, to: "+123456789012345" }, undefined],
];
for (const [when, fields, ownPhone] of OWN_PHONES) {
  Deno.test(`readEvent ${ownPhone ? "finds" : "guesses no"} own number when ${when}`, () => {
    assert.equal(readMessage(fields).ownPhone, ownPhone);
  });
}
