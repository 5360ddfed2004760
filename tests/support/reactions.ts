/** What the tests of wpp-react share; it holds no test. */
import { ask } from "./numbers.ts";
import { PlatformCalls } from "./platform_calls.ts";
import { connectHooked, type Hooked, incoming, messages, tell } from "./webhook.ts";
import type { World } from "./world.ts";

/** WhatsApp's id of a message that came in, as the platform writes it. */
export const HEARD_ID = "false_79991112233@c.us_3EB0AAAAAAAAAAAAAAAA";
/** The same of one that was sent. */
export const SENT_ID = "true_79991112233@c.us_3EB0BBBBBBBBBBBBBBBB";

/** The platform as it is told reactions. */
export const reactionsAt = (world: World) => new PlatformCalls(world, /^\/api\/messages\/react$/);

/** A connection, and a message that came in through it. */
export async function heard(world: World, more: Record<string, unknown> = {}, claims = {}) {
  const hooked = await connectHooked(world, claims);
  await tell(hooked.hook, incoming(hooked.session, { messageId: HEARD_ID, ...more }));
  const messageId = (await messages(world)).at(-1)!.id as string;
  return { ...hooked, messageId };
}

/** A message that goes out through it, whose id at WhatsApp is told. */
export async function sent(world: World, { token, hook, session }: Hooked) {
  const body = { to: "+79991112233", text: "Hi" };
  const { messageId, taskId } = await ask(world, "wpp-send", token, body);
  const data = { account: session, taskId, waMessageId: SENT_ID, status: "delivered" };
  await tell(hook, { type: "message.status", data });
  return { messageId: messageId as string, taskId: taskId as string };
}

export const react = (world: World, token: string, messageId: string, emoji = "👍") =>
  ask(world, "wpp-react", token, { messageId, emoji });

/** How the connected number reacts to a message, as the store has it. */
export async function ownReaction(world: World, messageId: string): Promise<string | undefined> {
  const row = await world.row("select reactions from messenger_messages where id = $1", messageId);
  const reactions = row?.reactions as { by: string; emoji: string }[];
  return reactions.find(({ by }) => by === "me")?.emoji;
}
