import { disconnect } from "../_shared/wpp/connections/disconnect.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Ends a connection; its row stays, to be connected again. */
export default {
  fetch: userEndpoint("wpp-disconnect", async (input, context) => {
    return { body: await disconnect(input, context) };
  }),
};
