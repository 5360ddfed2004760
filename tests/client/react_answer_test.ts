import assert from "node:assert/strict";
import { createWppClient } from "../../client/wpp_client.ts";
import type { SupabaseLike } from "../../client/supabase.ts";

Deno.test("createWppClient reacts when wpp-react answers", async () => {
  const answer = { messageId: "m", emoji: "👍" };
  const invoke = () =>
    Promise.resolve({ data: answer, error: null, response: Response.json(answer) });
  const supabase = { functions: { invoke } } as unknown as SupabaseLike;
  assert.deepEqual(await createWppClient(supabase).react(answer), answer);
});
