import assert from "node:assert/strict";
import { LruMap } from "../../supabase/functions/_shared/wpp/lib/lru_map.ts";

Deno.test("LruMap evicts what was set first when it has too many entries", () => {
  const map = new LruMap<string, number>(2).set("a", 1).set("b", 2).set("a", 3).set("c", 4);
  assert.deepEqual([...map], [["a", 3], ["c", 4]]);
});

Deno.test("LruMap keeps an entry that was read when it has too many entries", () => {
  const map = new LruMap<string, number | undefined>(2).set("a", undefined).set("b", 2);
  assert.equal(map.get("a"), undefined);
  assert.equal(map.get("c"), undefined);
  map.set("c", 4);
  assert.deepEqual([...map.keys()], ["a", "c"]);
});
