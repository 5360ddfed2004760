/** The local stack that the pages' examples run on: started once, it runs on between the tests. */
import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { type Stack, startStack } from "../../local/stack.ts";
import { migratedImage } from "./database_image.ts";

/** Of each test that uses it. */
export const options = { sanitizeOps: false, sanitizeResources: false };

/** A signed-in user of the running stack, on an empty database and a simulator as new. */
export async function signedIn() {
  const stack = await running();
  const simulator = stack.simulator!;
  simulator.reset();
  await stack.database.exec(
    "truncate public.messenger_integrations, public.messenger_changes cascade",
  );
  const supabase = createClient(stack.url, stack.publishableKey, {
    auth: { autoRefreshToken: false, persistSession: false },
  });
  const { error } = await supabase.auth.signInWithPassword(stack.demo);
  assert.equal(error, null);
  return { stack, supabase, simulator };
}

let started: Promise<Stack> | undefined;

function running(): Promise<Stack> {
  return started ??= migratedImage().then((image) => startStack({ port: 0, quiet: true, image }));
}
export async function stopStack(): Promise<void> {
  await (await started)?.stop();
}

/** Resolves when a condition holds; rejects after 20 s. */
export async function until(condition: () => unknown): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Not so after 20 s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
