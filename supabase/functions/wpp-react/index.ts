import { reactFunction } from "../_shared/wpp/contract/react.ts";
import { react } from "../_shared/wpp/messages/react.ts";
import { StoredMessages } from "../_shared/wpp/messages/stored_messages.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Reacts to a message with an emoji. */
export default {
  fetch: userEndpoint(reactFunction, async (input, context) => {
    return {
      body: await react(input, { ...context, storedMessages: new StoredMessages(context) }),
    };
  }),
};
