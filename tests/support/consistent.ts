import assert from "node:assert/strict";
import type { Row, Shop } from "./store.ts";

/** What holds whatever has happened: unread messages, last messages, and numbers that are used once. */
export async function assertConsistent(shop: Shop): Promise<void> {
  const messages = await shop.messages();
  const chats = await shop.chats();
  for (const chat of chats) {
    const own = messages.filter(({ chat_id }) => chat_id === chat.id);
    const unread = own.filter(({ direction, arrived }) =>
      direction === "in" && Number(arrived) > Number(chat.read_up_to)
    );
    assert.equal(chat.unread_count, unread.length, "unread_count");
    const last = own.toSorted((a, b) =>
      Number(a.sent_at) - Number(b.sent_at) || Number(a.arrived) - Number(b.arrived)
    ).at(-1);
    assert.deepEqual(chat.last_message_at, last?.sent_at ?? null);
    assert.deepEqual(chat.last_message, last ? previewOf(last) : null);
  }
  const numbers = [...messages, ...chats].map(({ change }) => change)
    .filter((change) => change !== null).map(Number);
  assert.equal(new Set(numbers).size, numbers.length, "each number is used once");
  assert.ok(Math.max(0, ...numbers) <= await shop.change(), "the counter is the highest");
}

const previewOf = (message: Row) => ({
  id: message.id,
  text: message.text === null ? null : String(message.text).slice(0, 200),
  direction: message.direction,
  kind: message.kind,
  deleted: message.deleted_at !== null,
});
