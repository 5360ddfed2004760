import { sendFunction } from "../_shared/wpp/contract/send.ts";
import { idempotencyKey } from "../_shared/wpp/http/idempotency_key.ts";
import { sendMessage } from "../_shared/wpp/messages/send.ts";
import { SendLedger } from "../_shared/wpp/messages/send_ledger.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Only numbers need the numbering plans of the world: a chat has been addressed before. */
const forNumbers = () => import("../_shared/wpp/messages/phone.ts");

/** Hands a message to the platform, once. */
export default {
  fetch: userEndpoint(sendFunction, async ({ to, chatId, text, media, session }, context) => {
    const recipient = chatId === undefined
      ? { to: (await forNumbers()).parseRecipient(to!, context.env.defaultCountry) }
      : { chatId };
    const { headers, ...sent } = await sendMessage({
      recipient,
      text,
      media,
      session,
      idempotencyKey: idempotencyKey(context.request),
    }, { ...context, ledger: new SendLedger(context) });
    return { status: 202, body: { ...sent, status: "accepted" as const }, headers };
  }),
};
