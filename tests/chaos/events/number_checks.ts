import type { EventEvidence, StoreWrite } from "./evidence.ts";

/**
 * What was broken of: each number of an organization's counter was given to one row by one
 * transaction, none was left out, and one transaction's numbers and writes come after another's.
 */
export function numberViolations({ counters, writes }: EventEvidence): string[] {
  const groups = Map.groupBy(writes, ({ organization_id }) => organization_id);
  const names = new Set([...counters.keys(), ...groups.keys()]);
  return [...names].flatMap((name) => {
    const own = groups.get(name) ?? [];
    return [...givenOnce(name, own, counters.get(name) ?? 0), ...inOrder(name, own)];
  });
}

function givenOnce(name: string, writes: StoreWrite[], counter: number): string[] {
  const given = Map.groupBy(writes, ({ change }) => change);
  const shared = [...given].filter(([, all]) =>
    new Set(all.map(({ row_id, transaction }) => `${row_id} ${transaction}`)).size > 1
  ).map(([change]) => `number ${change} of ${name} was given twice`);
  const highest = writes.reduce((most, { change }) => Math.max(most, change), 0);
  return [
    ...shared,
    ...(given.size === counter && highest === counter
      ? []
      : [`the counter of ${name} is ${counter}, after ${given.size} numbers up to ${highest}`]),
  ];
}

/** Writes are recorded as they are made: no transaction's are between those of another. */
function inOrder(name: string, writes: StoreWrite[]): string[] {
  const over = new Set<string>();
  let [transaction, highest, before] = ["", 0, 0];
  const wrong = writes.filter((write) => {
    if (write.transaction !== transaction) {
      over.add(transaction);
      [transaction, before] = [write.transaction, highest];
    }
    highest = Math.max(highest, write.change);
    return over.has(transaction) || write.change <= before;
  });
  return wrong.length === 0 ? [] : [`${wrong.length} writes of ${name} were not in order`];
}

/** What was broken of: whoever reads what is above the number they have read has all there is. */
export function readingViolations({ reading, messages, chats }: EventEvidence): string[] {
  const missed = [...messages, ...chats].filter(({ id, change }) =>
    reading.rows.get(id) !== change
  );
  return [
    ...missed.map(({ id }) => `the last change of ${id} was missed by who reads`),
    ...new Set(reading.wrong),
  ];
}

/** What was broken of: unread is what came after the last one read, and marks count. */
export function unreadViolations({ messages, chats, marks }: EventEvidence): string[] {
  const byChat = Map.groupBy(messages, ({ chat_id }) => chat_id);
  return chats.flatMap(({ id, read_up_to, unread_count }) => {
    const own = byChat.get(id) ?? [];
    const unread = own.filter((row) => row.direction === "in" && row.arrived > read_up_to);
    const read = marks.filter((mark) => mark.chatId === id && mark.by === mark.organization)
      .map(({ upTo }) => upTo);
    const answered = own.filter((row) => row.direction === "out").map(({ arrived }) => arrived);
    return [
      ...(unread.length === unread_count
        ? []
        : [`chat ${id} has ${unread_count} unread, and ${unread.length} were not read`]),
      ...(read_up_to <= Math.max(0, ...read, ...answered)
        ? []
        : [`chat ${id} was read up to ${read_up_to}, which nobody of its organization did`]),
    ];
  });
}
