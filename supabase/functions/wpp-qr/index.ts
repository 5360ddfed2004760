import { connectionQr } from "../_shared/wpp/connections/qr.ts";
import { qrFunction } from "../_shared/wpp/contract/qr.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** When to ask again for a code that is not there yet. */
const PENDING_RETRY_AFTER_S = 2;

/** Gives the QR code to scan; where there is none, tells whether it is still to come. */
export default {
  fetch: userEndpoint(qrFunction, async ({ session }, context) => {
    const body = await connectionQr(session, context);
    if (body.state !== "pending") return { body };
    return { status: 202, body, headers: { "retry-after": String(PENDING_RETRY_AFTER_S) } };
  }),
};
