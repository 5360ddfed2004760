import type { EventEvidence } from "./evidence.ts";

/** What a hint may hold, beside its own id. */
const FIELDS: Record<string, string[]> = {
  change: ["change", "id"],
  connection: ["id", "integrationId", "session", "status"],
};
/** Ids, a number and a word: no text fits in. */
const MAX_HINT_BYTES = 250;

/** What was broken of: a page ends as the database is, whatever Realtime does with its hints. */
export function pageViolations({ shown }: EventEvidence): string[] {
  return shown.wrong;
}

/** What was broken of: hints go to an organization's private channel, and hold ids and numbers alone. */
export function hintViolations({ hints, folders, connections, counters }: EventEvidence): string[] {
  const owners = new Map(
    connections.map(({ id, name }) => [`messenger:${folders.get(id)}`, name]),
  );
  return hints.flatMap(({ topic, event, isPrivate, fields, bytes, change }) => {
    const say = (problem: string) => [`a hint "${event}" to ${topic} ${problem}`];
    const owner = owners.get(topic);
    if (owner === undefined || !isPrivate) return say("is on nobody's private channel");
    if (fields.join() !== FIELDS[event]?.join()) return say(`holds ${fields}`);
    if (bytes > MAX_HINT_BYTES) return say(`has ${bytes} bytes`);
    return (change ?? 0) > counters.get(owner)!
      ? say(`tells of ${change}, which is yet to come`)
      : [];
  });
}

/** What was broken of: no write fails for a hint, nor for anything else that is right. */
export function refusalViolations({ refusals }: EventEvidence): string[] {
  return [...new Set(refusals)].map((one) => `the database refused a call: ${one}`);
}

/** What was broken of: a platform that forgot its webhooks is told again, of the same ones. */
export function webhookViolations({ webhooks }: EventEvidence): string[] {
  return webhooks.flatMap(({ session, isRegistered, urls }) => [
    ...isRegistered ? [] : [`the platform does not know the webhook of ${session} any more`],
    ...urls > 1 ? [`the webhook of ${session} had ${urls} URLs`] : [],
  ]);
}
