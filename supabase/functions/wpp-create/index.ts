import { createInput, createOutput } from "../_shared/wpp/contract.ts";
import { createConnection } from "../_shared/wpp/connections/create.ts";
import { endpoint } from "../_shared/wpp/http/endpoint.ts";

/** Connects the caller's organization to WhatsApp; once connected, gives that connection. */
export default {
  fetch: endpoint({
    name: "wpp-create",
    methods: ["POST"],
    input: createInput,
    output: createOutput,
    async handle(input, context) {
      const { integration, created } = await createConnection(input, context);
      const { id: integrationId, session, status } = integration;
      return { status: created ? 201 : 200, body: { integrationId, session, status, created } };
    },
  }),
};
