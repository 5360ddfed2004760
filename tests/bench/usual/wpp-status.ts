import { loadCaller } from "./caller.ts";
import { corsHeaders, json } from "./http.ts";
import { WppClient } from "./wpp_client.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === "OPTIONS") return new Response("ok", { headers: corsHeaders });
    try {
      const { user, integration } = await loadCaller(request);
      if (!user) return json({ error: "Unauthorized" }, 401);
      if (!integration) return json({ error: "No integration found" }, 404);
      const status = await new WppClient(integration.settings).getStatus();
      return json({ session: integration.settings.session, status });
    } catch (error) {
      return json({ error: (error as Error).message }, 500);
    }
  },
};
