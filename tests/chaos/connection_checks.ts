import { decodeJwt } from "jose";
import type { SimulatedClient } from "../../local/simulator/simulator.ts";
import type { Evidence } from "./evidence.ts";
import { isConnection, isEmptied, rowsAfter, type RowState, type RowWrite } from "./history.ts";
import { identityOf, organizationIdOf } from "./users.ts";

/**
 * What was broken of: one account for each number, made for one identity and under one key, which is
 * saved where it belongs, and goes only with wpp-disconnect or when the platform refuses it.
 */
export function creationViolations(evidence: Evidence): string[] {
  return [
    ...slotsAreOne(evidence),
    ...credentialsFit(evidence),
    ...accountsAreKept(evidence),
    ...endIsWhole(evidence),
  ];
}

/** A number that somebody clicks twice for gets one slot. */
function slotsAreOne({ writes }: Evidence): string[] {
  return writes.flatMap(({ before, after }, index) => {
    if (before || !after) return [];
    const others = rowsAfter(writes.slice(0, index))
      .filter((row) => row.organization_id === after.organization_id);
    const twice = others.some((row) =>
      after.identity === null
        ? row.identity === null
        : row.identity !== null && row.session === null && row.name === after.name
    );
    return twice ? [`${after.organization_id} has two slots for one number`] : [];
  });
}

/** What is written together belongs together. */
function credentialsFit(evidence: Evidence): string[] {
  return evidence.writes.flatMap(({ before, after }) => {
    if (!before || !after) return [];
    const hasChanged = before.api_key !== after.api_key;
    const say = (problem: string) => [`row ${after.id} of ${after.organization_id} ${problem}`];
    if (hasChanged !== (before.credentials_id !== after.credentials_id)) {
      return say("has an apiKey and a credentials_id that did not change together");
    }
    if (
      accountOf(after.access_token) !== undefined &&
      accountOf(after.access_token) !== after.session
    ) {
      return say("has the token of another session");
    }
    if (!hasChanged) return [];
    if (after.api_key === null) return wasEnded(after, evidence) ? [] : say("lost its apiKey");
    return savedWrong(before, after, evidence).flatMap(say);
  });
}

function savedWrong(before: RowState, after: RowState, { clients, requests }: Evidence): string[] {
  const client = clients.find((one) => one.apiKey === after.api_key);
  if (client?.session !== after.session) return ["has another's apiKey"];
  const wrong: string[] = [];
  if (client.idempotencyKey !== before.claim_id) wrong.push("was created under another claim");
  if (client.owner !== ownerOf(after)) wrong.push(`was created as ${client.owner}`);
  const wasRefused = requests.some(({ session, call, status = 0 }) =>
    session === before.session && ["token", "status"].includes(call) &&
    [401, 403, 404].includes(status)
  );
  if (before.api_key !== null && !wasRefused) wrong.push("was replaced, and was not refused");
  return wrong;
}

/** What the platform knows the account of a row as. */
function ownerOf({ identity, organization_id }: RowState): string {
  return identity ?? identityOf(numberOf(organization_id));
}

function numberOf(organizationId: string): number {
  return Number(organizationId.split("-")[1]);
}

/** Somebody of that organization disconnected something, and everything secret is gone. */
function wasEnded(after: RowState, { outcomes }: Evidence): boolean {
  return after.access_token === null && after.status === "disconnected" && isEmptied(after) &&
    outcomes.some(({ call }) =>
      call.name === "wpp-disconnect" &&
      organizationIdOf(call.organization) === after.organization_id
    );
}

/** Every account that was made was saved, is still to be saved, or ended unsaved with its slot. */
function accountsAreKept({ clients, writes }: Evidence): string[] {
  const saved = new Set(writes.map(({ after }) => after?.api_key));
  const keys = Map.groupBy(clients, (client) => client.idempotencyKey);
  const lost = clients.filter((client) => !saved.has(client.apiKey) && !isExcused(client, writes));
  return [
    ...lost.map((client) => `the account ${client.session} of ${client.owner} was never saved`),
    ...[...keys].filter(([, all]) => all.length > 1)
      .map(([key, all]) => `claim ${key} made ${all.length} accounts`),
  ];
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

/** In the end each organization has a connection, and no row that was never finished. */
function endIsWhole({ organizations, writes }: Evidence): string[] {
  const rows = rowsAfter(writes);
  const bare = Array.from({ length: organizations }, (_, index) => organizationIdOf(index))
    .filter((id) => !rows.some((row) => row.organization_id === id && isConnection(row)))
    .map((id) => `${id} has no connection in the end`);
  const unfinished = rows.filter((row) => row.session === null)
    .map((row) => `a number of ${row.organization_id} was never finished`);
  return [...bare, ...unfinished];
}

/** Exactly one primary among an organization's connections, at the end of each transaction. */
export function primaryViolations({ writes }: Evidence): string[] {
  const groups = Map.groupBy(writes, ({ before, after }) => (after ?? before!).organization_id);
  return [...groups].flatMap(([organization, own]) => {
    const last = new Map(own.map(({ transaction }, index) => [transaction, index]));
    const broken = own.some((_, index) => {
      // Another transaction may end, such as one that saves a status, while one of several writes runs.
      const isBetween = own.slice(0, index + 1).some(({ transaction }) =>
        last.get(transaction)! > index
      );
      return !isBetween && !hasOnePrimary(rowsAfter(own.slice(0, index + 1)));
    });
    return broken ? [`${organization} had no primary connection, or several`] : [];
  });
}

function hasOnePrimary(rows: RowState[]): boolean {
  const connections = rows.filter(isConnection);
  const primary = rows.filter((row) => row.wpp_primary);
  if (primary.length > 1) return false;
  return connections.length === 0 || (primary.length === 1 && isConnection(primary[0]));
}

function accountOf(token: string | null): unknown {
  return token === null ? undefined : decodeJwt(token).account;
}
