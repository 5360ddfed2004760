import { ConnectionList } from "../_shared/wpp/connections/connection_list.ts";
import { connectionsFunction } from "../_shared/wpp/contract/connections.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Lists the organization's connections; changes one. */
export default {
  fetch: userEndpoint(
    connectionsFunction,
    async (_input, context) => ({
      body: { connections: await new ConnectionList(context).all() },
    }),
    async (input, context) => ({ body: await new ConnectionList(context).update(input) }),
  ),
};
