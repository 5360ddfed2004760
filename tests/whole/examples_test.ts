/** The pages' examples of code, each run by a signed-in user on the local stack. */
import assert from "node:assert/strict";
import { SAMPLES } from "../../local/simulator/samples.ts";
import { type Fence, pages } from "../docs/pages.ts";
import { options, signedIn, stopStack, until } from "../support/example_stack.ts";
import {
  CHAT,
  CLIENT,
  CONNECTIONS,
  EXAMPLES,
  INBOX,
  INVOKE,
  INVOKE_FILE,
  MEDIA,
  placeExamples,
  PUSH,
  READING,
  removeExamples,
  run,
  SEND,
  SHOW_BY_HAND,
  STORE,
  WITH,
} from "../support/page_examples.ts";

Deno.test.afterAll(async () => {
  await stopStack();
  await removeExamples();
});

Deno.test("every example in the pages is checked here", () => {
  const titled = pages.flatMap(({ fences }) => fences)
    .filter(({ page }) => page !== "docs/simulator.md") // run by tests/whole/simulator_docs_test.ts
    .filter(({ page }) => page !== "docs/operations.md") // run by tests/docs/operations_test.ts
    .filter(({ page }) => page !== "docs/inbound.md") // run by tests/docs/inbound_test.ts
    .filter(({ page }) => page !== "docs/reacting.md") // run by tests/docs/reacting_test.ts
    .filter(({ page }) => page !== "docs/server.md") // run by tests/docs/server_test.ts
    .filter(({ language, title }) => title !== undefined || /^(ts|tsx|js|jsx|sql)$/.test(language));
  const named = ({ page, title }: Fence) => `${page} ${title}`;
  assert.deepEqual(titled.map(named).sort(), EXAMPLES.map(named).sort());
});

Deno.test("the TypeScript examples are right by their types", async () => {
  assert.equal((await placeExamples()).size, 16);
});
Deno.test("the README's eight lines connect WhatsApp and send a message", options, async () => {
  const { supabase, simulator } = await signedIn();
  const shown: string[] = [];
  const img = {
    set src(image: string) {
      shown.push(image);
      simulator.scan(simulator.clients[0].session);
    },
  };
  await run(WITH, supabase, img);
  assert.match(shown[0], /^data:image\//);
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Hello"]);
});

Deno.test("the typed client's examples go through the journey", options, async () => {
  const { supabase, simulator } = await signedIn();
  simulator.settings.startingFor = 0;
  const lines = await run(CLIENT, supabase);
  assert.match(lines[0], /^wpp-create 201 \d+ ms$/);
  assert.ok(lines.some((line) => line.startsWith("data:image/")));
  assert.equal(lines.at(-1), "qr_required");
  assert.match((await run(SEND, supabase))[0], /^not sent not_connected /);
  simulator.scan(simulator.clients[0].session);
  assert.match((await run(SEND, supabase))[0], /^accepted [\da-f-]{36}$/);
  assert.deepEqual(await run(STORE, supabase), ["accepted"]);
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Hello", "Hello"]);
});

Deno.test("the example of media sends a file, and gives a link to it", options, async () => {
  const { supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  simulator.scan(simulator.clients[0].session);
  const lines = await run(MEDIA, supabase);
  const [kind, name, link] = lines.pop()!.split(" ");
  assert.deepEqual([...new Set(lines)], ["0 % uploaded", "100 % uploaded"]);
  assert.deepEqual([kind, name], ["document", "orders.csv"]);
  assert.equal(await (await fetch(link)).text(), "order;sum\n17;200\n");
  const { media } = simulator.messages[0];
  assert.deepEqual([media!.filename, media!.bytes.length], ["orders.csv", 17]);
});

Deno.test("the example of chats writes into the chat of its first message", options, async () => {
  const { stack, supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  simulator.scan(simulator.clients[0].session);
  await run(CHAT, supabase); // whether the reaction is taken depends on what was told of the message
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Hello", "Are you there?"]);
  const chats = await stack.database.query(
    "select count(distinct chat_id)::int as chats from messenger_messages",
  );
  assert.deepEqual(chats, [{ chats: 1 }]);
});

Deno.test(
  "the example of connections lists, renames, deletes and disconnects",
  options,
  async () => {
    const { supabase, simulator } = await signedIn();
    await assert.rejects(run(CONNECTIONS, supabase), /Connect a number first/);
    await supabase.functions.invoke("wpp-create");
    const { session } = simulator.clients[0];
    simulator.scan(session);
    assert.deepEqual(await run(CONNECTIONS, supabase), [`${session} WhatsApp starting true`]);
    assert.equal(simulator.messages.filter(({ deletedAt }) => deletedAt !== null).length, 1);
    assert.equal(simulator.stateOf(session), "disconnected");
    const { data } = await supabase.functions.invoke("wpp-connections", { method: "GET" });
    assert.deepEqual(
      data.connections.map(({ name, status }: Record<string, string>) => [name, status]),
      [
        ["Shop", "disconnected"],
      ],
    );
  },
);

Deno.test("the example of reading shows, marks and renames a chat", options, async () => {
  const { supabase, simulator } = await signedIn();
  await assert.rejects(run(READING, supabase), /There are no chats yet/);
  await supabase.functions.invoke("wpp-create");
  simulator.scan(simulator.clients[0].session);
  await run(SEND, supabase);
  const [message, changed] = await run(READING, supabase);
  assert.equal(message, "out text Hello");
  assert.match(changed, /^Anna [01]$/); // its receipt may come meanwhile
});

Deno.test("the example of push reads what it is told of", options, async () => {
  const { stack, supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  const [{ session }] = simulator.clients;
  const lines = await run(PUSH, supabase);
  await until(() => stack.realtime!.counts.joins > 0);
  simulator.scan(session);
  await supabase.functions.invoke("wpp-status");
  await until(() => lines.includes(`${session} connected`));
  await run(SEND, supabase);
  await until(() => lines.includes("out Hello"));
  await supabase.removeAllChannels();
});

Deno.test("the example of the inbox shows a message at once", options, async () => {
  const { supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  simulator.scan(simulator.clients[0].session);
  await run(SEND, supabase);
  assert.deepEqual(await run(INBOX, supabase), ["+79991112233 Hello 0", "At once"]);
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Hello", "At once"]);
});

Deno.test("the examples without the client send a file, and show one", options, async () => {
  const { supabase, simulator } = await signedIn();
  await supabase.functions.invoke("wpp-create");
  const [{ session }] = simulator.clients;
  simulator.scan(session);
  await until(() => simulator.countOf("webhook") > 0);
  await simulator.incoming({ session, from: "+79991112233", media: "image" });
  const [link] = await run(SHOW_BY_HAND, supabase);
  assert.deepEqual(await (await fetch(link)).bytes(), SAMPLES.image.bytes);
  assert.deepEqual(await run(INVOKE_FILE, supabase), ["accepted"]);
  const order = new TextEncoder().encode("Two coffees");
  const sent = simulator.messages.map(({ media }) => [media?.filename, media?.bytes]);
  assert.deepEqual(sent, [["order.txt", order]]);
});

Deno.test("the functions.invoke example sends a message", options, async () => {
  const { supabase, simulator } = await signedIn();
  simulator.settings.startingFor = 0;
  const [image, waiting, refused] = await run(INVOKE, supabase);
  assert.match(image, /^data:image\//);
  assert.equal(waiting, "qr_required");
  assert.match(refused, /^not_connected .+ [\da-f-]{36}$/);
  simulator.scan(simulator.clients[0].session);
  const [status, sent] = await run(INVOKE, supabase);
  assert.equal(status, "connected");
  assert.match(sent, /^accepted [\da-f-]{36}$/);
  assert.deepEqual(simulator.messages.map(({ text }) => text), ["Hello"]);
});
