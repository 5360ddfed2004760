import { createConnection } from "../_shared/wpp/connections/create.ts";
import { Slots } from "../_shared/wpp/connections/slots.ts";
import { createFunction } from "../_shared/wpp/contract/create.ts";
import { userEndpoint } from "../_shared/wpp/user_endpoint.ts";

/** Connects the caller's organization to WhatsApp; once connected, gives that connection. */
export default {
  fetch: userEndpoint(createFunction, async (input, context) => {
    const { connection, created } = await createConnection(input, {
      ...context,
      slots: new Slots(context),
    });
    const { id: integrationId, session, status } = connection;
    return { status: created ? 201 : 200, body: { integrationId, session, status, created } };
  }),
};
