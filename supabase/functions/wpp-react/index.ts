import { react } from "../_shared/wpp/messages/react.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Reacts to a message with an emoji. */
export default {
  fetch: userEndpoint("wpp-react", async (input, context) => {
    return { body: await react(input, context) };
  }),
};
