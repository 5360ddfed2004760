import assert from "node:assert/strict";
import { NewestRows } from "../../client/newest_rows.ts";

interface Row {
  id: string;
  at: number;
  change: number;
}

const { signal } = new AbortController();
const row = (at: number, change = at): Row => ({ id: `r${at}`, at, change });

/** A list whose pages the test answers. */
function list() {
  const asked: ((page: { rows: Row[]; more: boolean }) => void)[] = [];
  const rows = new NewestRows<Row>({
    compare: (a, b) => b.at - a.at,
    max: 10,
    readPage: () => new Promise((resolve) => asked.push(resolve)),
  });
  return { rows, asked };
}

Deno.test("NewestRows keeps a row when an older state of it comes", async () => {
  const { rows, asked } = list();
  const reading = rows.readPage(signal);
  asked[0]!({ rows: [row(2), row(1)], more: false });
  await reading;
  rows.take([row(2, 9)]);
  rows.take([row(2, 5), row(1, 7)]);
  assert.deepEqual(rows.rows, [row(2, 9), row(1, 7)]);
});

Deno.test("NewestRows drops a page when the rows above it were let go while it was read", async () => {
  const { rows, asked } = list();
  const first = rows.readPage(signal);
  asked[0]!({ rows: [row(4), row(3)], more: true });
  await first;
  const second = rows.readPage(signal);
  rows.trim(1);
  asked[1]!({ rows: [row(2), row(1)], more: false });
  await second;
  assert.deepEqual(rows.rows.map(({ at }) => at), [4]);
  assert.equal(rows.more, true);
});
