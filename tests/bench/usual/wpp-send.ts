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
      const { to, text } = await request.json();
      if (!to || !text) return json({ error: "to and text are required" }, 400);
      const { taskId } = await new WppClient(integration.settings).sendText(to, text);
      return json({ success: true, taskId });
    } catch (error) {
      return json({ error: (error as Error).message }, 500);
    }
  },
};
