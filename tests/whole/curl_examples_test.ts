/** The pages' curl commands, run on the local stack. */
import assert from "node:assert/strict";
import { options, signedIn, stopStack } from "../support/example_stack.ts";
import { CURL, SERVER_CURL } from "../support/page_examples.ts";

Deno.test.afterAll(stopStack);

Deno.test("the curl command with the secret key sends for an organization", options, async () => {
  const { stack, supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  simulator.scan(simulator.clients[0].session);
  const { data } = await supabase.auth.getUser();
  const env = { API_URL: stack.url, SECRET_KEY: stack.secretKey };
  const script = SERVER_CURL.code.replace("org-1", data.user!.id);
  const { stdout } = await new Deno.Command("sh", { args: ["-euc", script], env }).output();
  const sent = JSON.parse(new TextDecoder().decode(stdout));
  assert.equal(sent.status, "accepted");
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Your order is on its way"]);
});

Deno.test("the curl commands go through the journey", options, async () => {
  const { stack, simulator } = await signedIn();
  const env = { API_URL: stack.url, PUBLISHABLE_KEY: stack.publishableKey };
  const curl = async () => {
    const command = new Deno.Command("sh", { args: ["-euc", CURL.code], env });
    const { stdout, stderr } = await command.output();
    assert.equal(new TextDecoder().decode(stderr), "");
    const text = new TextDecoder().decode(stdout).replaceAll("}{", "}\n{");
    return text.trim().split("\n").map((line) => JSON.parse(line));
  };
  const [created, , , refused] = await curl();
  assert.equal(created.created, true);
  assert.equal(refused.error.code, "not_connected");
  simulator.scan(created.session);
  const [again, qr, status, sent] = await curl();
  assert.equal(again.created, false);
  assert.equal(qr.state, "connected");
  assert.equal(status.status, "connected");
  assert.equal(sent.status, "accepted");
});
