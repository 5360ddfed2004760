import { reconcileFunction } from "../_shared/wpp/contract/reconcile.ts";
import { reconcile } from "../_shared/wpp/messages/reconcile.ts";
import { Upkeep } from "../_shared/wpp/messages/upkeep.ts";
import { WaitingMedia } from "../_shared/wpp/messages/waiting_media.ts";
import { serverEndpoint } from "../_shared/wpp/server_endpoint.ts";

/** Does what is due, for all organizations: a cron calls it. */
export default {
  fetch: serverEndpoint(reconcileFunction, async (input, context) => {
    return {
      body: await reconcile(input, {
        ...context,
        upkeep: new Upkeep(context),
        waitingMedia: new WaitingMedia(context),
      }),
    };
  }),
};
