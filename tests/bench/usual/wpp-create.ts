import { loadCaller } from "./caller.ts";
import { corsHeaders, json } from "./http.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === "OPTIONS") return new Response("ok", { headers: corsHeaders });
    try {
      const { user, profile, integration, supabase, jwt } = await loadCaller(request);
      if (!user) return json({ error: "Unauthorized" }, 401);
      if (integration) return json({ session: integration.settings.session, created: false });
      const response = await fetch(`${Deno.env.get("WPP_BASE_URL")}/api/integrations/wpp/create`, {
        method: "POST",
        headers: { Authorization: `Bearer ${jwt}`, "Content-Type": "application/json" },
        body: "{}",
      });
      if (!response.ok) throw new Error(`Create failed: ${response.status}`);
      const { apiKey, session, status } = await response.json();
      const { error } = await supabase.from("messenger_integrations").insert({
        organization_id: profile.organization_id,
        settings: { apiKey, session },
        status,
        is_primary: true,
      });
      if (error) throw error;
      return json({ session, created: true });
    } catch (error) {
      return json({ error: (error as Error).message }, 500);
    }
  },
};
