import { qrInput, type QrOutput, qrOutput } from "../_shared/wpp/contract.ts";
import { endpoint, type Reply } from "../_shared/wpp/http/endpoint.ts";

/** Seconds after which a code should be asked for anew: WhatsApp changes it every 20. */
const REFRESH_AFTER = 15;
/** Seconds after which to ask again for a code that is not there yet. */
const PENDING_AFTER = 2;

/** Gives the QR code to scan; where there is none, tells whether it is still to come. */
export default {
  fetch: endpoint({
    name: "wpp-qr",
    methods: ["GET", "POST"],
    input: qrInput,
    output: qrOutput,
    async handle({ session: wanted }, { integrations, wpp, trace }): Promise<Reply<QrOutput>> {
      const integration = await integrations.find(wanted);
      const { session } = integration;
      const qr = await wpp.qr(integration);
      if (qr) return { body: { session, state: "ready", qr, refreshAfter: REFRESH_AFTER } };
      const { status } = await wpp.status(integration);
      await integrations.saveStatus(integration, status)
        .catch(() => trace.warn("status_not_saved"));
      if (status === "connected") return { body: { session, state: "connected" } };
      return {
        status: 202,
        body: { session, state: "pending" },
        headers: { "retry-after": String(PENDING_AFTER) },
      };
    },
  }),
};
