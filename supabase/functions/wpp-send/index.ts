import { sendInput, type SendOutput, sendOutput } from "../_shared/wpp/contract.ts";
import { endpoint, type Reply } from "../_shared/wpp/http/endpoint.ts";
import { idempotencyKey } from "../_shared/wpp/http/idempotency_key.ts";
import { parseRecipient } from "../_shared/wpp/messages/phone.ts";
import { sendMessage } from "../_shared/wpp/messages/send.ts";

/** Hands a message to the platform, once. */
export default {
  fetch: endpoint({
    name: "wpp-send",
    methods: ["POST"],
    input: sendInput,
    output: sendOutput,
    async handle({ to, text, session }, context): Promise<Reply<SendOutput>> {
      const recipient = parseRecipient(to, context.env.defaultCountry);
      const key = idempotencyKey(context.request);
      const { headers, ...sent } = await sendMessage(
        { to: recipient, text, session, idempotencyKey: key },
        context,
      );
      return { status: 202, body: { ...sent, to: recipient, status: "accepted" }, headers };
    },
  }),
};
