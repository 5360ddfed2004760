import type { EventEvidence, MessageRow, WaitingRow } from "./evidence.ts";
import { DELIVERIES, type Delivery, type Target } from "./planned_event.ts";
import { talliesOf, type Tally } from "./tally.ts";

type Noted = Pick<WaitingRow, "delivery" | "reactions" | "is_deleted">;

/**
 * What was broken of: a message's delivery is the furthest that was acknowledged, and no further than
 * was told; it never went down. A receipt whose message is not known waits.
 */
export function receiptViolations(evidence: EventEvidence): string[] {
  const receipts = talliesOf(evidence).filter(({ event }) => event.kind === "receipt");
  const find = finder(evidence);
  const low = receipts.filter(({ acknowledged }) => acknowledged > 0).flatMap(({ event }) => {
    const noted = find(event.organization, event.about!);
    if (noted.some(({ delivery }) => rank(delivery) >= rank(event.delivery!))) return [];
    const now = noted.map(({ delivery }) => delivery).join();
    return [
      `receipt ${event.number} told ${event.delivery}, and its message is ${now || "unknown"}`,
    ];
  });
  return [...low, ...tooHigh(receipts, evidence), ...sunk(evidence)];
}

function tooHigh(receipts: Tally[], evidence: EventEvidence): string[] {
  const told = Map.groupBy(
    receipts.filter(({ acknowledged, lost }) => acknowledged + lost > 0),
    ({ event }) => nameOf(event.organization, event.about!.key),
  );
  const indices = indicesOf(evidence);
  const keys = new Map(
    evidence.sends.map(({ send: { organization, target: { taskId, key } } }) => [
      nameOf(organization, taskId),
      key,
    ]),
  );
  return evidence.messages.flatMap((row) => {
    const organization = indices.get(row.integration_id);
    if (organization === undefined || row.delivery === null) return [];
    const key = keys.get(nameOf(organization, row.task_id ?? "")) ?? row.provider_message_id;
    const ranks = (told.get(nameOf(organization, key ?? "")) ?? [])
      .map(({ event }) => rank(event.delivery!));
    // That the platform took it, or told of it, says as much.
    const highest = Math.max(rank("sent"), ...ranks);
    return rank(row.delivery) <= highest
      ? []
      : [`${row.text} is ${row.delivery}, which nobody told`];
  });
}

function sunk({ writes }: EventEvidence): string[] {
  return writes.filter((one) => rank(one.delivery) < rank(one.delivery_before))
    .map((one) => `message ${one.row_id} sank from ${one.delivery_before} to ${one.delivery}`);
}

/** What was broken of: a reaction or a revoke that was acknowledged is with its message, or waits. */
export function noteViolations(evidence: EventEvidence): string[] {
  const find = finder(evidence);
  return talliesOf(evidence).filter(({ acknowledged }) => acknowledged > 0).flatMap(({ event }) => {
    const { kind, number, organization, about, emoji } = event;
    if (kind !== "reaction" && kind !== "revoke") return [];
    const isThere = find(organization, about!).some(({ reactions, is_deleted }) =>
      kind === "revoke"
        ? is_deleted
        : reactions.some((one) => one.by === about!.contact.phone && one.emoji === emoji)
    );
    return isThere ? [] : [`${kind} ${number} was acknowledged, and is not there`];
  });
}

/** Finds the message of an organization, and what waits for it, by either of its ids. */
function finder({ messages, waiting, connections }: EventEvidence) {
  const byName = new Map<string, Noted[]>();
  const indices = indicesOf({ connections });
  const add = (integration: string, id: string | null, noted: Noted) => {
    const organization = indices.get(integration);
    if (organization === undefined || id === null) return;
    const name = nameOf(organization, id);
    byName.set(name, [...byName.get(name) ?? [], noted]);
  };
  for (const row of messages) {
    for (const id of idsOf(row)) add(row.integration_id, id, row);
  }
  for (const row of waiting) add(row.integration_id, row.message_ref, row);
  return (organization: number, { key, taskId }: Target): Noted[] =>
    [key, taskId].flatMap((id) =>
      id === undefined ? [] : byName.get(nameOf(organization, id)) ?? []
    );
}

function idsOf({ task_id, provider_message_id }: MessageRow): (string | null)[] {
  return [task_id, provider_message_id];
}

function indicesOf({ connections }: Pick<EventEvidence, "connections">): Map<string, number> {
  return new Map(connections.map(({ id, organization }) => [id, organization]));
}

function nameOf(organization: number, id: string): string {
  return `${organization} ${id}`;
}

/** -1 where nothing is known. */
function rank(delivery: Delivery | null): number {
  return delivery === null ? -1 : DELIVERIES.indexOf(delivery);
}
