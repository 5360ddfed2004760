/** On PGlite all requests share a connection: none may run in another's role, or see its rows. */
import assert from "node:assert/strict";
import { connectHooked, incoming, tell } from "../support/webhook.ts";
import { inWorld } from "../support/world.ts";

const READERS = 4;
const WRITERS = 4;
const TEXTS_EACH = 4;

inWorld(
  "pages read beside functions that write when there is one connection alone",
  async (world) => {
    const own = await connectHooked(world);
    const other = await connectHooked(world);
    let writing = true;
    const write = Promise.all(Array.from({ length: WRITERS }, async (_, n) => {
      const { hook, session } = n % 2 === 0 ? own : other;
      for (let count = 0; count < TEXTS_EACH; count++) {
        await tell(hook, incoming(session, { text: n % 2 === 0 ? "own" : "other's" }));
      }
    })).finally(() => writing = false);
    const texts: string[] = [];
    const read = Promise.all(Array.from({ length: READERS }, async () => {
      while (writing) {
        const { data, error } = await own.supabase.from("messenger_messages").select("text");
        assert.equal(error, null);
        texts.push(...data!.map(({ text }) => text));
        const sends = await own.supabase.from("messenger_sends").select("*");
        assert.equal(sends.error?.code, "42501");
      }
    }));
    await read;
    await write;
    assert.deepEqual([...new Set(texts)], ["own"]);
    const { data } = await own.supabase.from("messenger_messages").select("text");
    assert.equal(data?.length, WRITERS / 2 * TEXTS_EACH);
  },
);
