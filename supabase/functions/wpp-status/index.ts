import { connectionStatus } from "../_shared/wpp/connections/status.ts";
import { statusFunction } from "../_shared/wpp/contract/status.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Tells how a connection stands, by asking the platform. */
export default {
  fetch: userEndpoint(statusFunction, async ({ session }, context) => {
    return { body: await connectionStatus(session, context) };
  }),
};
