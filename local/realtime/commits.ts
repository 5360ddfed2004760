import type { Database } from "../database.ts";
import type { Message } from "./message.ts";
import { NOTIFIED } from "./schema.ts";

/** How many rows are read at once. */
const MAX_BATCH = 500;

/** In the order of the ids: rows that are read one by one come in another order on Postgres. */
const ROWS = `
  select m.id, m.topic, m.event, m.private, m.payload::text as payload
  from json_array_elements_text($1::text::json) with ordinality as wanted (id, position)
  join realtime.messages m on m.id = wanted.id::uuid
  order by wanted.position`;

/**
 * Tells of the rows of `realtime.messages` in the order in which they were committed. Those that
 * are committed while `isWanted` says no are not read. Returns what stops it.
 */
export async function followCommits(
  database: Database,
  isWanted: () => boolean,
  tell: (message: Message) => void,
): Promise<() => Promise<void>> {
  let pending: string[] = [];
  let reading: Promise<void> | undefined;
  let stopped = false;
  const read = async () => {
    await Promise.resolve(); // what was notified at once is read at once
    while (pending.length > 0 && !stopped) {
      const ids = pending.splice(0, MAX_BATCH);
      const rows = await database.inTurn(() => database.query(ROWS, [JSON.stringify(ids)]));
      for (const row of rows) tell(row as unknown as Message);
    }
  };
  const unlisten = await database.listen(NOTIFIED, (id) => {
    if (!isWanted()) return;
    pending.push(id);
    reading ??= read()
      .catch((error) => console.error(`Realtime cannot read its messages: ${error}`))
      .finally(() => reading = undefined);
  });
  return async () => {
    stopped = true;
    pending = [];
    await database.inTurn(unlisten);
    await reading;
  };
}
