import assert from "node:assert/strict";
import { EMPTY_INBOX } from "../../client/inbox_snapshot.ts";
import type { Chat, InboxSnapshot } from "../../client/wpp_client.ts";
import { t } from "../../examples/panel/language.ts";
import { newMessages } from "../../examples/panel/new_messages.ts";

/** A chat whose last message is the nth of all. */
function chat(id: string, n: number, columns: Partial<Chat> = {}, last: object = {}): Chat {
  const last_message = { id: `m${n}`, text: `text ${n}`, direction: "in", kind: "text", ...last };
  return {
    ...{ id, name: id, phone: null, kind: "person", unread_count: 1, last_message },
    last_message_at: `2026-11-26T00:00:${String(n).padStart(2, "0")}+00:00`,
    ...columns,
  } as Chat;
}

const inbox = (chats: Chat[], columns: Partial<InboxSnapshot> = {}): InboxSnapshot => ({
  ...EMPTY_INBOX,
  ...{ user: "u", isLoaded: true, chats },
  ...columns,
});

Deno.test("newMessages names the chat and the text when one message came in", () => {
  const before = inbox([chat("Anna", 1), chat("Boris", 0)]);
  const after = inbox([chat("Boris", 2, { unread_count: 2 }), chat("Anna", 1)]);
  assert.equal(newMessages(before, after), t().newMessage("Boris", "text 2"));
  const begun = inbox([chat("Carla", 2), ...before.chats]);
  assert.equal(newMessages(before, begun), t().newMessage("Carla", "text 2"));
  const seen = inbox([chat("Boris", 2, { unread_count: 0 }), chat("Anna", 1)]);
  assert.equal(newMessages(before, seen), t().newMessage("Boris", "text 2"));
});

Deno.test("newMessages counts them when there are several, in one chat or in two", () => {
  const before = inbox([chat("Anna", 1), chat("Boris", 0)]);
  const inOne = inbox([chat("Anna", 4, { unread_count: 4 }), chat("Boris", 0)]);
  assert.equal(newMessages(before, inOne), t().newMessages(3));
  const inTwo = inbox([chat("Anna", 2), chat("Boris", 3)]);
  assert.equal(newMessages(before, inTwo), t().newMessages(2));
});

Deno.test("newMessages says nothing of what was sent, read, changed, or loaded", () => {
  const before = inbox([chat("Anna", 5), chat("Boris", 4)], { moreChats: true });
  const nothing = {
    sent: [chat("Anna", 6, {}, { direction: "out" }), chat("Boris", 4)],
    read: [chat("Anna", 5, { unread_count: 0 }), chat("Boris", 4)],
    deleted: [chat("Anna", 5, {}, { deleted: true }), chat("Boris", 4)],
    "a page": [...before.chats, chat("Carla", 3)],
  };
  for (const [what, chats] of Object.entries(nothing)) {
    assert.equal(newMessages(before, inbox(chats)), "", what);
  }
  assert.equal(newMessages(EMPTY_INBOX, before), "", "the first page");
  assert.equal(newMessages(before, inbox([chat("Zoe", 9)], { user: "v" })), "", "another user");
});
