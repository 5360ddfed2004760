import { organizationOf, rpc } from "./hops.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const answer = await rpc("messenger_claim_connection", {
      p_claims: null,
      p_organization: organizationOf(request),
      p_name: null,
      p_refused_credentials_id: null,
      p_lease_seconds: 30,
    });
    return new Response(await answer.text());
  },
};
