import { sendInput, type SendOutput, sendOutput } from "../_shared/contract.ts";
import { endpoint, type Reply } from "../_shared/endpoint.ts";
import { idempotencyKey } from "../_shared/idempotency_key.ts";
import { parseRecipient } from "../_shared/phone.ts";
import { sendMessage } from "../_shared/send_message.ts";

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
