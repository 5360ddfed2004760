import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { answerByPhone, answerOf } from "../../local/demo.ts";
import { connected, withWebhook } from "../support/simulated_webhook.ts";

Deno.test("answerByPhone writes to the session, and needs a webhook that takes it", async () => {
  const { simulator, webhook, session } = await connected({ eventRetries: 0 });
  await answerByPhone(simulator, session);
  assert.deepEqual(webhook.bodies.map(({ from, text }) => [from, text]), [
    ["+79991112233", "Hello, demo!"],
  ]);
  webhook.answers.push(503);
  await assert.rejects(answerByPhone(simulator, session), /The webhook answered 503/);
  webhook.answers.push("break");
  await assert.rejects(answerByPhone(simulator, session), /The webhook did not answer/);
  simulator.forgetWebhooks();
  await assert.rejects(answerByPhone(simulator, session), /No webhook is registered/);
  const unconnected = await withWebhook();
  await assert.rejects(answerByPhone(unconnected.simulator, unconnected.session), /not connected/);
  await unconnected.simulator.close();
});

/** A project whose database answers this, and which keeps what it is asked. */
function project(status: number, body: unknown) {
  const asked: string[] = [];
  const supabase = createClient("http://project.test", "key", {
    auth: { autoRefreshToken: false, persistSession: false },
    global: {
      fetch: (url) => {
        asked.push(String(url));
        return Promise.resolve(Response.json(body, { status }));
      },
    },
  });
  return { supabase, asked };
}

Deno.test("answerOf reads the message that came in", async () => {
  const { supabase, asked } = project(200, { text: "Hello, demo!" });
  assert.equal(await answerOf(supabase), "Hello, demo!");
  assert.deepEqual(asked, [
    "http://project.test/rest/v1/messenger_messages?select=text&direction=eq.in",
  ]);
});

Deno.test("answerOf fails when nothing came in", async () => {
  const { supabase } = project(406, { code: "PGRST116", message: "no rows" });
  await assert.rejects(answerOf(supabase), /^Error: no rows$/);
});
