import { idempotencyKey } from "../_shared/wpp/http/idempotency_key.ts";
import { parseRecipient } from "../_shared/wpp/messages/phone.ts";
import { sendMessage } from "../_shared/wpp/messages/send.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Hands a message to the platform, once. */
export default {
  fetch: userEndpoint("wpp-send", async ({ to, chatId, text, media, session }, context) => {
    const recipient = chatId === undefined
      ? { to: parseRecipient(to!, context.env.defaultCountry) }
      : { chatId };
    const { headers, ...sent } = await sendMessage({
      recipient,
      text,
      media,
      session,
      idempotencyKey: idempotencyKey(context.request),
    }, context);
    return { status: 202, body: { ...sent, status: "accepted" }, headers };
  }),
};
