import { statusInput, statusOutput } from "../_shared/wpp/contract.ts";
import { endpoint } from "../_shared/wpp/http/endpoint.ts";

/** Tells how a connection stands, by asking the platform. */
export default {
  fetch: endpoint({
    name: "wpp-status",
    methods: ["GET", "POST"],
    input: statusInput,
    output: statusOutput,
    async handle({ session }, { integrations, wpp, trace }) {
      const integration = await integrations.find(session);
      const { status, providerStatus } = await wpp.status(integration);
      await integrations.saveStatus(integration, status)
        .catch(() => trace.warn("status_not_saved"));
      const checkedAt = new Date().toISOString();
      return { body: { session: integration.session, status, providerStatus, checkedAt } };
    },
  }),
};
