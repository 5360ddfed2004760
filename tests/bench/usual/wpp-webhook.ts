import { createClient } from "@supabase/supabase-js";
import { json } from "./http.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    try {
      const { account, from, text } = await request.json();
      const supabase = createClient(
        Deno.env.get("SUPABASE_URL")!,
        Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!,
      );
      const { data: integration } = await supabase.from("messenger_integrations").select("*")
        .eq("session", account).maybeSingle();
      if (!integration) return json({ error: "No integration found" }, 404);
      const { data: chat, error } = await supabase.from("messenger_chats").upsert({
        organization_id: integration.organization_id,
        integration_id: integration.id,
        address: from,
        kind: "person",
        last_message: { text },
        last_message_at: new Date().toISOString(),
        change: 0,
      }, { onConflict: "integration_id,address" }).select().single();
      if (error) throw new Error(error.message);
      const { error: failed } = await supabase.from("messenger_messages").insert({
        organization_id: integration.organization_id,
        integration_id: integration.id,
        chat_id: chat.id,
        direction: "in",
        source: "contact",
        text,
      });
      if (failed) throw new Error(failed.message);
      return json({});
    } catch (error) {
      return json({ error: (error as Error).message }, 500);
    }
  },
};
