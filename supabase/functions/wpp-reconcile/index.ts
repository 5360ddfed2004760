import { reconcile } from "../_shared/wpp/messages/reconcile.ts";
import { serverEndpoint } from "../_shared/wpp/server_endpoint.ts";

/** Does what is due, for all organizations: a cron calls it. */
export default {
  fetch: serverEndpoint("wpp-reconcile", async (input, context) => {
    return { body: await reconcile(input, context) };
  }),
};
