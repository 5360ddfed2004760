import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import type { Simulator } from "../../local/simulator/simulator.ts";

/** The functions that {@link takeJourney} calls. */
export const ON_THE_WAY = ["wpp-create", "wpp-qr", "wpp-send", "wpp-status"];

/**
 * A new user connects WhatsApp and sends a message, with supabase-js, from sign-up on; and nobody
 * does so without a user's token.
 */
export async function takeJourney(
  { url, key, simulator }: { url: string; key: string; simulator: Simulator },
): Promise<void> {
  const supabase = createClient(url, key, {
    auth: { autoRefreshToken: false, persistSession: false },
  });
  await isRefused(supabase);
  const sentBefore = simulator.messages.length;
  const user = { email: `${crypto.randomUUID()}@example.com`, password: "a-long-password" };
  assert.equal((await supabase.auth.signUp(user)).error, null);
  assert.equal((await supabase.auth.signInWithPassword(user)).error, null);

  const { session, status, created } = await invoke(supabase, "wpp-create", { name: "Shop" });
  assert.deepEqual({ status, created }, { status: "starting", created: true });
  const { state, qr } = await invoke(supabase, "wpp-qr");
  assert.equal(state, "ready");
  assert.match(qr.image, /^data:image\/svg\+xml;base64,/);
  assert.equal((await invoke(supabase, "wpp-status")).status, "qr_required");
  simulator.scan(session);
  assert.equal((await invoke(supabase, "wpp-status", { session })).status, "connected");
  assert.deepEqual(await invoke(supabase, "wpp-qr"), { session, state: "connected" });
  const sent = await invoke(supabase, "wpp-send", { to: "+7 999 111-22-33", text: "Привет 👋" });
  assert.deepEqual([sent.status, sent.to], ["accepted", "+79991112233"]);

  const messages = simulator.messages.slice(sentBefore);
  assert.deepEqual(
    messages.map((message) => [message.session, message.to, message.text, message.taskId]),
    [[session, "79991112233", "Привет 👋", sent.taskId]],
  );
}

/** A publishable key alone is no user: our own answer says so, in our own shape. */
async function isRefused(supabase: SupabaseClient): Promise<void> {
  const { error, response } = await supabase.functions.invoke("wpp-status");
  assert.equal(response?.status, 401);
  assert.equal((await error.context.json()).error.code, "unauthorized");
}

// deno-lint-ignore no-explicit-any -- the functions' answers differ; contract.ts describes them
async function invoke(supabase: SupabaseClient, name: string, body: object = {}): Promise<any> {
  const { data, error } = await supabase.functions.invoke(name, { body });
  assert.equal(error, null, `${name}: ${await error?.context?.text?.()}`);
  return data;
}
