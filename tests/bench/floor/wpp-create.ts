import { organizationId, write } from "./hops.ts";

export default {
  async fetch(): Promise<Response> {
    const answer = await write("POST", "rpc/messenger_claim_connection", {
      p_claims: null,
      p_organization: organizationId,
      p_name: null,
      p_refused_credentials_id: null,
      p_lease_seconds: 30,
    });
    return new Response(await answer.text());
  },
};
