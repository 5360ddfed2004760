import { organizationOf, rpc } from "./hops.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const answer = await rpc("messenger_list_connections", {
      p_claims: null,
      p_organization: organizationOf(request),
    });
    return new Response(await answer.text());
  },
};
