import FakeTimers from "@sinonjs/fake-timers";
import assert from "node:assert/strict";
import { EMPTY_INBOX } from "../../client/inbox_snapshot.ts";
import { type Chat, WppError } from "../../client/wpp_client.ts";
import { ChatSearch } from "../../examples/panel/chat_search.ts";

const chat = (id: string, change = 1) => ({ id, change }) as Chat;
const INBOX = { ...EMPTY_INBOX, chats: [chat("new", 3), chat("anna", 2)] };

/** A search whose answers are given one by one. */
function searching() {
  const asked: { words: string; answer(found: Chat[] | WppError): Promise<void> }[] = [];
  const wpp = {
    chats({ search = "" } = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<
        { chats: Chat[]; more: boolean }
      >();
      const answer = async (found: Chat[] | WppError) => {
        if (found instanceof WppError) reject(found);
        else resolve({ chats: found, more: false });
        await new Promise(setImmediate);
      };
      asked.push({ words: search, answer });
      return promise;
    },
  };
  return { search: new ChatSearch(wpp, () => {}), asked };
}

Deno.test("ChatSearch lists what was found, as the inbox has it, and all when nothing is looked for", async () => {
  const { search, asked } = searching();
  search.find("an");
  assert.equal(search.listed(INBOX), INBOX.chats);
  await asked[0].answer([chat("anna"), chat("ann of old")]);
  assert.deepEqual(search.listed(INBOX), [chat("anna", 2), chat("ann of old")]);
  assert.deepEqual(search.get("ann of old"), chat("ann of old"));
  search.find(" ");
  assert.equal(search.listed(INBOX), INBOX.chats);
  assert.equal(asked.length, 1);
});

Deno.test("ChatSearch drops an answer when other words were typed meanwhile", async () => {
  const { search, asked } = searching();
  search.find("a");
  search.find("an");
  await asked[1].answer([chat("anna")]);
  await asked[0].answer([chat("new"), chat("anna")]);
  assert.deepEqual(search.listed(INBOX), [chat("anna", 2)]);
});

Deno.test("ChatSearch looks again when it failed, until other words are typed", async () => {
  const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const { search, asked } = searching();
    const failure = new WppError({ code: "network_error", message: "…", retryable: true });
    search.find("an");
    await asked[0].answer(failure);
    assert.equal(search.problem, failure);
    await clock.tickAsync(1_000);
    await asked[1].answer([chat("anna")]);
    assert.equal(search.problem, undefined);
    assert.deepEqual(search.listed(INBOX), [chat("anna", 2)]);
    search.find("ann");
    await asked[2].answer(failure);
    search.find("");
    await clock.tickAsync(60_000);
    assert.equal(asked.length, 3);
  } finally {
    clock.uninstall();
  }
});
