import { createClient } from "@supabase/supabase-js";

/** Who calls, their organization's integration, and the client that found it. */
export async function loadCaller(request: Request) {
  const supabase = createClient(
    Deno.env.get("SUPABASE_URL")!,
    Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!,
    { auth: { autoRefreshToken: false, persistSession: false } },
  );
  const jwt = (request.headers.get("Authorization") ?? "").replace("Bearer ", "");
  const { data: { user }, error } = await supabase.auth.getUser(jwt);
  if (error || !user) return { jwt, supabase };
  const { data: profile } = await supabase.from("profiles").select("*").eq("id", user.id).single();
  const { data: integration } = await supabase.from("messenger_integrations").select("*")
    .eq("organization_id", profile?.organization_id)
    .eq("messenger_type", "whatsapp").eq("is_active", true)
    .order("is_primary", { ascending: false }).limit(1).maybeSingle();
  return { jwt, supabase, user, profile, integration };
}
