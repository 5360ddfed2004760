import { disconnect } from "../_shared/wpp/connections/disconnect.ts";
import { Disconnections } from "../_shared/wpp/connections/disconnections.ts";
import { disconnectFunction } from "../_shared/wpp/contract/disconnect.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Ends a connection; its row stays, to be connected again. */
export default {
  fetch: userEndpoint(disconnectFunction, async (input, context) => {
    return {
      body: await disconnect(input, { ...context, disconnections: new Disconnections(context) }),
    };
  }),
};
