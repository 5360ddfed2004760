import { decodeJwt } from "jose";
import type { SimulatedClient } from "../../local/simulator/simulator.ts";
import type { Evidence } from "./evidence.ts";
import { isConnection, rowsAfter, type RowState, type RowWrite } from "./history.ts";
import type { PlatformRequest } from "./injector.ts";
import { identityOf, organizationIdOf } from "./users.ts";

/** What was broken of: a number that somebody clicks twice for gets one slot and one account. */
export function slotViolations({ writes, clients }: Evidence): string[] {
  const organizations = Map.groupBy(
    writes,
    ({ before, after }) => (after ?? before)!.organization_id,
  );
  const keys = Map.groupBy(clients, (client) => client.idempotencyKey);
  return [
    ...[...organizations.values()].flatMap(slotsAreOne),
    ...[...keys].filter(([, all]) => all.length > 1)
      .map(([key, all]) => `claim ${key} made ${all.length} accounts`),
  ];
}

/** Of one organization's writes. */
function slotsAreOne(writes: RowWrite[]): string[] {
  return writes.flatMap(({ before, after }, index) => {
    if (before || !after) return [];
    const twice = rowsAfter(writes.slice(0, index)).some((row) =>
      after.identity === null
        ? row.identity === null
        : row.identity !== null && row.session === null && row.name === after.name
    );
    return twice ? [`${after.organization_id} has two slots for one number`] : [];
  });
}

/**
 * What was broken of: a claim is given up only where no account can have come of it, as each of its
 * requests was refused.
 */
export function leaseViolations({ writes, requests }: Evidence): string[] {
  const creates = Map.groupBy(
    requests.filter(({ call }) => call === "create"),
    ({ idempotencyKey }) => idempotencyKey,
  );
  return writes.flatMap(({ before, after }) => {
    const isGivenUp = before?.claim_id && before.api_key === null && !after?.api_key &&
      after?.claim_id !== before.claim_id;
    const open = isGivenUp && creates.get(before.claim_id!)?.find((one) => !wasRefused(one));
    if (!open) return [];
    return [
      `a claim of ${before.organization_id} was given up after ${open.status ?? "no answer"}`,
    ];
  });
}

function wasRefused({ status = 0, fault }: PlatformRequest): boolean {
  return fault === "unsuccessful" || status >= 400 && status < 500;
}

/**
 * What was broken of: an apiKey that arrived is saved, where it belongs, with all that belongs to it,
 * and goes only with wpp-disconnect.
 */
export function accountViolations(evidence: Evidence): string[] {
  const { clients, writes } = evidence;
  const saved = new Set(writes.map(({ after }) => after?.api_key));
  const lost = clients.filter((client) => !saved.has(client.apiKey) && !isExcused(client, writes));
  return [
    ...credentialsFit(evidence),
    ...lost.map((client) => `the account ${client.session} of ${client.owner} was never saved`),
    ...arrivedUnsaved(evidence),
  ];
}

/** What came to a process that lived was saved by that process, and not by who took over from it. */
function arrivedUnsaved(evidence: Evidence): string[] {
  const { clients, writes, stormWrites, requests, killed, finals } = evidence;
  const endedAt = Math.min(...finals.map(({ startedAt }) => startedAt));
  const saved = new Set(writes.slice(0, stormWrites).map(({ after }) => after?.api_key));
  const byClaim = new Map(clients.map((client) => [client.idempotencyKey, client]));
  const places = new Set([...killed].map((name) => name.slice(0, name.lastIndexOf("/"))));
  return requests.filter(({ at }) => at < endedAt).flatMap((request) => {
    const { call, process, status, fault, idempotencyKey } = request;
    const client = byClaim.get(idempotencyKey);
    const hasArrived = call === "create" && status === 200 && fault === undefined &&
      !places.has(process);
    if (!hasArrived || !client || saved.has(client.apiKey) || isExcused(client, writes)) return [];
    return [`the apiKey of ${client.session} arrived, and was not saved`];
  });
}

/** What is written together belongs together. */
function credentialsFit(evidence: Evidence): string[] {
  const clients = new Map(evidence.clients.map((client) => [client.apiKey, client]));
  const ended = organizationsThatEnded(evidence);
  return evidence.writes.flatMap(({ before, after }) => {
    if (!before || !after) return [];
    const hasChanged = before.api_key !== after.api_key;
    const say = (problem: string) => [`row ${after.id} of ${after.organization_id} ${problem}`];
    if (hasChanged !== (before.credentials_id !== after.credentials_id)) {
      return say("has an apiKey and a credentials_id that did not change together");
    }
    const account = accountOf(after.access_token);
    if (account !== undefined && account !== after.session) {
      return say("has the token of another session");
    }
    if (!hasChanged) return [];
    if (after.api_key !== null) {
      return savedWrong(before, after, clients.get(after.api_key)).flatMap(say);
    }
    const wasErased = after.access_token === null && after.status === "disconnected";
    return wasErased && ended.has(after.organization_id) ? [] : say("lost its apiKey");
  });
}

function savedWrong(before: RowState, after: RowState, client?: SimulatedClient): string[] {
  if (client?.session !== after.session) return ["has another's apiKey"];
  return [
    ...client.idempotencyKey === before.claim_id ? [] : ["was created under another claim"],
    ...client.owner === ownerOf(after) ? [] : [`was created as ${client.owner}`],
  ];
}

/** What the platform knows the account of a row as. */
function ownerOf({ identity, organization_id }: RowState): string {
  return identity ?? identityOf(Number(organization_id.split("-")[1]));
}

function organizationsThatEnded({ outcomes, repeats }: Evidence): Set<string> {
  return new Set(
    [...outcomes, ...repeats].filter(({ call }) => call.name === "wpp-disconnect")
      .map(({ call }) => organizationIdOf(call.organization)),
  );
}

/** A renewal that was given up, of a connection that the platform accepts after all or that ended. */
function isExcused({ idempotencyKey }: SimulatedClient, writes: RowWrite[]): boolean {
  const isOpen = rowsAfter(writes).some((row) =>
    row.claim_id === idempotencyKey && row.api_key !== null
  );
  return isOpen ||
    writes.some(({ before, after }) =>
      before?.claim_id === idempotencyKey && before.api_key !== null && after?.api_key === null
    );
}

/** What was broken of: a connection is replaced only when the platform refuses it. */
export function replacementViolations({ writes, requests }: Evidence): string[] {
  const refused = new Set(
    requests.filter(({ call, status = 0 }) =>
      ["token", "status"].includes(call) && [401, 403, 404].includes(status)
    ).map(({ session }) => session),
  );
  return writes.filter(({ before, after }) =>
    before?.api_key && after?.api_key && before.api_key !== after.api_key &&
    !refused.has(before.session!)
  ).map(({ after }) => `row ${after!.id} was replaced, and was not refused`);
}

/**
 * What was broken of: a creation that dies is taken over. In the end each organization has a
 * connection, and no row that was never finished.
 */
export function takeoverViolations({ organizations, writes }: Evidence): string[] {
  const rows = rowsAfter(writes);
  const connected = new Set(rows.filter(isConnection).map((row) => row.organization_id));
  const bare = Array.from({ length: organizations }, (_, index) => organizationIdOf(index))
    .filter((id) => !connected.has(id)).map((id) => `${id} has no connection in the end`);
  const unfinished = rows.filter((row) => row.session === null)
    .map((row) => `a number of ${row.organization_id} was never finished`);
  return [...bare, ...unfinished];
}

function accountOf(token: string | null): unknown {
  return token === null ? undefined : decodeJwt(token).account;
}
