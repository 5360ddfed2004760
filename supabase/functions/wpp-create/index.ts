import { createConnection } from "../_shared/wpp/connections/create.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Connects the caller's organization to WhatsApp; once connected, gives that connection. */
export default {
  fetch: userEndpoint("wpp-create", async (input, context) => {
    const { connection, created } = await createConnection(input, context);
    const { id: integrationId, session, status } = connection;
    return { status: created ? 201 : 200, body: { integrationId, session, status, created } };
  }),
};
