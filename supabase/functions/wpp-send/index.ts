import { idempotencyKey } from "../_shared/wpp/http/idempotency_key.ts";
import { parseRecipient } from "../_shared/wpp/messages/phone.ts";
import { sendMessage } from "../_shared/wpp/messages/send.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Hands a message to the platform, once. */
export default {
  fetch: userEndpoint("wpp-send", async ({ to: recipient, text, session }, context) => {
    const to = parseRecipient(recipient, context.env.defaultCountry);
    const { headers, ...sent } = await sendMessage({
      to,
      text,
      session,
      idempotencyKey: idempotencyKey(context.request),
    }, context);
    return { status: 202, body: { ...sent, to, status: "accepted" }, headers };
  }),
};
