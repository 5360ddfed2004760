import { deleteMessage } from "../_shared/wpp/messages/delete.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Deletes a message that was sent, for everyone. */
export default {
  fetch: userEndpoint("wpp-delete", async ({ messageId }, context) => {
    return { body: await deleteMessage(messageId, context) };
  }),
};
