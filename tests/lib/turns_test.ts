import assert from "node:assert/strict";
import { setImmediate as turnOfEvents } from "node:timers/promises";
import { Turns } from "../../supabase/functions/_shared/wpp/lib/turns.ts";

/** Notes the names of those whose turn has come. */
function line() {
  const turns = new Turns();
  const entered: string[] = [];
  const take = (name: string) => {
    const turn = turns.turn();
    turn.wait().then(() => entered.push(name));
    return turn;
  };
  return { turns, entered, take };
}

Deno.test("Turns lets in one at a time, in the order in which they asked", async () => {
  const { entered, take } = line();
  const [first, second, third] = ["first", "second", "third"].map(take);
  await turnOfEvents();
  assert.deepEqual(entered, ["first"]);
  first[Symbol.dispose]();
  await turnOfEvents();
  assert.deepEqual(entered, ["first", "second"]);
  second[Symbol.dispose]();
  third[Symbol.dispose]();
  await turnOfEvents();
  assert.deepEqual(entered, ["first", "second", "third"]);
});

Deno.test("Turns goes on when who waits gives up", async () => {
  const { entered, take } = line();
  const [first, second] = ["first", "second", "third"].map(take);
  second[Symbol.dispose](); // while it waits
  first[Symbol.dispose]();
  await turnOfEvents();
  assert.deepEqual(entered, ["first", "second", "third"]);
});

Deno.test("Turns is held up by nobody who has not asked", async () => {
  const { turns, entered, take } = line();
  turns.turn();
  take("first");
  await turnOfEvents();
  assert.deepEqual(entered, ["first"]);
});
