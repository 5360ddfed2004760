import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Lists the organization's connections; changes one. */
export default {
  fetch: userEndpoint(
    "wpp-connections",
    async (_input, { connectionList }) => ({ body: { connections: await connectionList.all() } }),
    async (input, { connectionList }) => ({ body: await connectionList.update(input) }),
  ),
};
