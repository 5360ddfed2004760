/** What the tests of callers share; it holds no test. */
import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";
import { answerOf } from "./numbers.ts";
import type { World } from "./world.ts";

export const SHOP = "shop";
/** Claims of a user of the shop. */
export const OF_SHOP = { app_metadata: { organization_id: SHOP } };
export const MESSAGE = { to: "+79991112233", text: "hello" };

/** What a call is about. */
export interface Subject {
  session: string;
  messageId: string;
}

/** One call of each function, in an order in which each finds what it needs. */
const CALLS: Record<string, { name: FunctionName; of: (subject: Subject) => object }> = {
  "connections": { name: "wpp-connections", of: () => ({}) },
  "PATCH": {
    name: "wpp-connections",
    of: ({ session }) => ({ session, name: "Shop", isPrimary: true }),
  },
  "create": { name: "wpp-create", of: ({ session }) => ({ session, reconnect: true }) },
  "qr": { name: "wpp-qr", of: ({ session }) => ({ session }) },
  "status": { name: "wpp-status", of: ({ session }) => ({ session }) },
  "send": { name: "wpp-send", of: ({ session }) => ({ session, ...MESSAGE }) },
  "react": { name: "wpp-react", of: ({ messageId }) => ({ messageId, emoji: "👍" }) },
  "delete": { name: "wpp-delete", of: ({ messageId }) => ({ messageId }) },
  "disconnect": { name: "wpp-disconnect", of: ({ session }) => ({ session }) },
};

/** Makes each call as this caller, who adds `more` to the input; what each answers. */
export async function callAll(
  world: World,
  headers: Record<string, string>,
  subject: Subject,
  more: Record<string, string> = {},
): Promise<Record<string, string>> {
  const outcomes: Record<string, string> = {};
  for (const [call, { name, of }] of Object.entries(CALLS)) {
    const response = call === "connections"
      ? await world.call(name, { headers, query: `?${new URLSearchParams(more)}` })
      : await world.call(name, { headers, body: { ...of(subject), ...more } });
    const { http, code } = await answerOf(response);
    outcomes[call] = code === undefined ? `${http}` : `${http} ${code}`;
  }
  return outcomes;
}

/** The shop's connection, and a message that it sent, whose id at WhatsApp is known. */
export async function shop(world: World): Promise<Subject> {
  const { token, session } = await world.connect(OF_SHOP);
  const { messageId } = await answerOf(await world.call("wpp-send", { token, body: MESSAGE }));
  // As a receipt tells it: by that id the message can be reacted to.
  await world.database.query("update messenger_messages set wa_message_id = $1", [
    world.simulator.messages.at(-1)!.waMessageId,
  ]);
  return { session, messageId };
}

/** The same of every call. */
export const everyCall = (outcome: string) =>
  Object.fromEntries(Object.keys(CALLS).map((call) => [call, outcome]));
