import { deleteFunction } from "../_shared/wpp/contract/delete.ts";
import { deleteMessage } from "../_shared/wpp/messages/delete.ts";
import { StoredMessages } from "../_shared/wpp/messages/stored_messages.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Deletes a message that was sent, for everyone. */
export default {
  fetch: userEndpoint(deleteFunction, async ({ messageId }, context) => {
    return {
      body: await deleteMessage(messageId, {
        ...context,
        storedMessages: new StoredMessages(context),
      }),
    };
  }),
};
