import { webhookEndpoint } from "../_shared/wpp/webhook_endpoint.ts";

/** Stores what WPP Platform posts. */
export default { fetch: webhookEndpoint("wpp-webhook") };
