import type { EventEvidence, MessageRow } from "./evidence.ts";
import type { EventKind, PlannedEvent } from "./planned_event.ts";
import { eventNumberIn, miscount, talliesOf } from "./tally.ts";

const MESSAGES: readonly EventKind[] = ["text", "media", "own"];

/**
 * What was broken of: a message that was acknowledged is there, as it was told; with an id once, else
 * as often as it was acknowledged, and once more at most for each answer that was lost.
 */
export function messageViolations(evidence: EventEvidence): string[] {
  const rows = Map.groupBy(evidence.messages, ({ text }) => eventNumberIn(text));
  return talliesOf(evidence).flatMap((tally) => {
    const { event } = tally;
    const own = rows.get(event.number) ?? [];
    if (!MESSAGES.includes(event.kind)) {
      return own.length > 0 && event.kind !== "echo" ? [`event ${event.number} is no message`] : [];
    }
    return [
      ...miscount(tally, own.length),
      ...own.filter((row) => !isAsTold(row, event, evidence))
        .map(() => `event ${event.number} is not there as it was told`),
    ];
  });
}

function isAsTold(row: MessageRow, event: PlannedEvent, { chats }: EventEvidence): boolean {
  const chat = chats.find(({ id }) => id === row.chat_id);
  return row.text === event.text &&
    row.direction === (event.kind === "own" ? "out" : "in") &&
    row.kind === (event.media ? "image" : "text") &&
    chat?.address === event.contact.address &&
    (event.key === undefined || row.provider_message_id === event.key) &&
    (row.media === null) === (event.media === undefined);
}

/** What was broken of: one that was accepted is there once, and what the platform tells of it is too. */
export function storedSendViolations(evidence: EventEvidence): string[] {
  const { sends, messages, executed, killed, struckCloses } = evidence;
  const rows = Map.groupBy(messages, ({ text }) => text);
  const times = Map.groupBy(executed, ({ text }) => text);
  const echoed = new Map(
    talliesOf(evidence).filter(({ event, acknowledged }) =>
      event.kind === "echo" && acknowledged > 0
    )
      .map(({ event }) => [event.text, event.key]),
  );
  return sends.flatMap(({ send: { target: { text, taskId } }, status, messageId, processes }) => {
    const own = rows.get(text) ?? [];
    const wrong: string[] = [];
    if ((times.get(text)?.length ?? 0) > 1) wrong.push(`${text} was executed twice`);
    if (own.length > 1) wrong.push(`${text} is there ${own.length} times`);
    if (status !== 202) return wrong;
    const [row] = own;
    const isExcused = struckCloses.has(messageId!) && processes.some((one) => killed.has(one));
    const isClosed = row?.status === "accepted" && row.task_id === taskId;
    if (row?.id !== messageId || !isClosed && !isExcused) wrong.push(`${text} is ${row?.status}`);
    if (echoed.has(text) && row?.provider_message_id !== echoed.get(text)) {
      wrong.push(`${text} does not have the id that it was told by`);
    }
    return wrong;
  });
}
