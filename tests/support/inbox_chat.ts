/** What the tests of an inbox's sends share: a chat that is open, and what is shown of it. */
import type { Inbox, Message } from "../../client/wpp_client.ts";
import type { InboxWorld } from "./inbox_world.ts";

/** The texts of the open chat; `…` marks one whose row is not there yet. */
export const texts = (inbox: Inbox) =>
  (inbox.getSnapshot().chat?.messages ?? [])
    .map(({ text, optimistic }) => optimistic ? `${text}…` : text);

/** What wpp-send answers of a row. */
export const answerOf = ({ id, chat_id }: Message) => ({
  ...{ messageId: id, chatId: chat_id, taskId: "t", session: "s", to: "+7", status: "accepted" },
});

/** An open chat that is live, and every list of texts that a listener saw. */
export async function chatting(world: InboxWorld) {
  world.shop.receive("c1", "hello");
  const inbox = await world.open();
  void inbox.open("c1");
  await world.pass(5);
  const seen: string[] = [];
  inbox.subscribe(() => seen.push(texts(inbox).join(" ")));
  return { inbox, seen: () => seen.filter((one, i) => one !== seen[i - 1]) };
}
