import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { type ConnectState, createWppClient, type WppCall } from "../../client/wpp_client.ts";
import { startStack } from "../../local/stack.ts";
import { migratedImage } from "../support/database_image.ts";

Deno.test({
  name: "the client walks the whole journey on the local stack, over a platform that fails",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using stopped = new AsyncDisposableStack();
    const image = await migratedImage();
    const started = await startStack({ port: 0, quiet: true, image });
    const stack = stopped.adopt(started, (one) => one.stop());
    const simulator = stack.simulator!;
    const supabase = createClient(stack.url, stack.publishableKey, {
      auth: { autoRefreshToken: false, persistSession: false },
    });
    const calls: WppCall[] = [];
    const wpp = createWppClient(supabase, { onCall: (call) => calls.push(call) });

    const refused = await wpp.connect();
    assert.ok(refused.step === "failed");
    assert.deepEqual([refused.code, refused.action], ["unauthorized", "sign_in"]);

    const signedIn = await supabase.auth.signInWithPassword(stack.demo);
    assert.equal(signedIn.error, null);
    simulator.misbehave("qr", { kind: "respond", status: 503 }, { times: 3 });
    const states: ConnectState[] = [];
    for await (const state of wpp.connecting({ name: "Shop" })) {
      states.push(state);
      if (state.step === "scan" && !state.problem) simulator.scan(state.session);
    }
    const steps = states.map(({ step }) => step).filter((step, i, all) => step !== all[i - 1]);
    assert.deepEqual(steps, ["creating", "waiting_for_qr", "scan", "connected"]);
    assert.ok(states.some(({ problem }) => problem?.code === "gateway_error"));

    const { session, status } = await wpp.status();
    assert.equal(status, "connected");
    const sent = await wpp.send({ to: "+7 999 111-22-33", text: "Hello" });
    assert.deepEqual([sent.session, sent.to, sent.status], [session, "+79991112233", "accepted"]);

    simulator.misbehave("send", { kind: "reset", when: "after", execute: true });
    const message = { to: "+79991112233", text: "Once" };
    await assert.rejects(wpp.send(message), { code: "delivery_unknown", retryable: false });
    await assert.rejects(wpp.send(message), { code: "delivery_unknown" });
    assert.equal(simulator.messages.filter(({ text }) => text === "Once").length, 1);

    await assert.rejects(wpp.send({ to: "12", text: "x" }), (error: unknown) => {
      assert.ok(error instanceof Error && "fields" in error);
      assert.deepEqual(Object.keys(error.fields as object), ["to"]);
      return true;
    });
    assert.ok(calls.every(({ requestId }) => requestId), "each answer names its request");
    assert.equal(simulator.countOf("create"), 1);
  },
});
