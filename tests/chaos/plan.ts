import {
  FUNCTION_NAMES,
  type FunctionName,
} from "../../supabase/functions/_shared/wpp/contract.ts";
import type { Picture, PlannedCall } from "./planned_call.ts";
import { chance, choice, weighted } from "./random.ts";
import { kindOf, sceneAt } from "./scenes.ts";
import { isBySecret, organizationIdOf } from "./users.ts";

/** Processes of each function. Half of those of wpp-create have WPP_SECRET. */
export const PROCESSES: Record<FunctionName, number> = {
  "wpp-create": 4,
  "wpp-qr": 3,
  "wpp-status": 4,
  "wpp-send": 4,
  "wpp-connections": 2,
  "wpp-disconnect": 2,
  "wpp-delete": 2,
  // Only webhooks tell the ids of messages at WhatsApp, and without one there is no reaction.
  "wpp-react": 0,
  "wpp-reconcile": 0,
};

/** A process that gets SIGKILL when the call of that number begins. */
export interface PlannedKill {
  at: number;
  name: FunctionName;
  process: number;
}

/** Everything that a run does of its own accord: a pure function of the seed and the size. */
export interface Plan {
  organizations: number;
  calls: PlannedCall[];
  kills: PlannedKill[];
  /** Organizations whose tokens the platform revokes when the call of that number begins. */
  revocations: { at: number; organization: number }[];
  /** When the database breaks all of its connections, and for how many milliseconds it takes no new ones. */
  restarts: { at: number; ms: number }[];
}

const CREATES_AT_FIRST = 4;
/** In thousandths of the calls. */
const MIX: [number, FunctionName][] = [
  [60, "wpp-create"],
  [130, "wpp-qr"],
  [210, "wpp-status"],
  [480, "wpp-send"],
  [50, "wpp-connections"],
  [20, "wpp-disconnect"],
  [50, "wpp-delete"],
];

export function makePlan(seed: number, size: number): Plan {
  const organizations = Math.max(10, Math.round(size / 80));
  const starts = startsOf(organizations, size);
  const calls: PlannedCall[] = [];
  for (let number = 0; number < size; number++) calls.push(planCall(seed, number, starts, calls));
  return {
    organizations,
    calls,
    kills: planKills(seed, size, starts),
    revocations: Array.from({ length: Math.ceil(size / 100) }, (_, index) => ({
      at: choice(size, seed, "revocation", index),
      organization: choice(organizations, seed, "revoked", index),
    })),
    restarts: Array.from({ length: Math.ceil(size / 1500) }, (_, index) => ({
      at: choice(size, seed, "restart", index),
      ms: choice(400, seed, "away", index),
    })),
  };
}

/** The call with which each organization begins: one after the other, for most of the run. */
function startsOf(organizations: number, size: number): number[] {
  const step = Math.floor(size * 0.8 / organizations);
  return Array.from({ length: organizations }, (_, organization) => organization * step);
}

function planCall(
  seed: number,
  number: number,
  starts: number[],
  earlier: PlannedCall[],
): PlannedCall {
  const newest = starts.findLastIndex((start) => start <= number);
  const offset = number - starts[newest];
  const isFirst = offset < CREATES_AT_FIRST;
  const scene = isFirst ? undefined : sceneAt(offset - CREATES_AT_FIRST, newest - 1);
  const name = isFirst ? "wpp-create" : scene?.name ?? weighted(chance(seed, "name", number), MIX)!;
  const organization = isFirst
    ? newest
    : scene?.organization ?? choice(newest + 1, seed, "organization", number);
  const reads = name === "wpp-qr" || name === "wpp-status";
  const call: PlannedCall = {
    ...{ number, name, organization, caller: callerOf(seed, number, name, organization) },
    method: reads && chance(seed, "method", number) < 0.5 ? "GET" : "POST",
    process: choice(PROCESSES[name], seed, "process", number),
    input: {},
    ...(isFirst ? {} : scene ?? kindOf(seed, number, name, organization)),
  };
  if (name === "wpp-send") return planSend(seed, call, earlier, scene !== undefined);
  return name === "wpp-delete" ? planDelete(seed, call, earlier) : call;
}

function callerOf(
  seed: number,
  number: number,
  name: FunctionName,
  organization: number,
): PlannedCall["caller"] {
  // One user creates: whether the platform's idempotency reaches over users is not known.
  if (name === "wpp-create" && !isBySecret(organization)) return 0;
  return ([0, 1, "server"] as const)[choice(3, seed, "caller", number)];
}

/** A new message with or without a key; else one sent before, again or with its key misused. */
function planSend(
  seed: number,
  call: PlannedCall,
  earlier: PlannedCall[],
  isNew: boolean,
): PlannedCall {
  const { number } = call;
  const to = `+7999${String(number).padStart(7, "0")}`;
  const picture = pictureOf(seed, call);
  const fresh = { to, text: `message ${number}`, key: `key-${number}`, picture };
  const kind = isNew ? "new" : weighted(
    chance(seed, "kind", number),
    [
      [600, "new"],
      [180, "keyless"],
      [190, "again"],
      [30, "misused"],
    ] as const,
  );
  if (kind === "keyless") return { ...call, message: { ...fresh, key: undefined } };
  const back = 1 + choice(kind === "again" ? 30 : 200, seed, "back", number);
  const other = earlier.slice(-back).find((one) => one.message?.key !== undefined);
  if (kind === "new" || !other) return { ...call, message: fresh };
  const message = kind === "again" ? other.message! : { ...fresh, key: other.message!.key };
  return { ...call, organization: other.organization, message };
}

/** A sixth of the messages have one; some of those are not there, or another organization's. */
function pictureOf(seed: number, { number, organization }: PlannedCall): Picture | undefined {
  const kind = weighted(
    chance(seed, "picture", number),
    [
      [130, "own"],
      [15, "missing"],
      [15, "foreign"],
    ] as const,
  );
  if (kind === undefined) return undefined;
  const folder = kind === "foreign" ? organization + 1 : organization;
  const path = `${organizationIdOf(folder)}/outgoing/${number}.png`;
  return { path, isThere: kind !== "missing" };
}

/** Of a message that was sent some time ago, or of none that there is. */
function planDelete(seed: number, call: PlannedCall, earlier: PlannedCall[]): PlannedCall {
  const back = 50 + choice(100, seed, "deleted", call.number);
  const sent = earlier.slice(-back).find((one) => one.message !== undefined);
  if (!sent) return call;
  return { ...call, organization: sent.organization, deletes: sent.message!.text };
}

/** A third of them strike wpp-create while a new organization's first calls run. */
function planKills(seed: number, size: number, starts: number[]): PlannedKill[] {
  return Array.from({ length: Math.ceil(size / 150) }, (_, index) => {
    const process = (name: FunctionName) => choice(PROCESSES[name], seed, "killed", index);
    if (index % 3 === 0) {
      const start = starts[choice(starts.length, seed, "kill at start", index)];
      const name = "wpp-create" as const;
      return { at: start + CREATES_AT_FIRST, name, process: process(name) };
    }
    const names = FUNCTION_NAMES.filter((name) => PROCESSES[name] > 0);
    const name = names[choice(names.length, seed, "killed function", index)];
    return { at: choice(size, seed, "kill", index), name, process: process(name) };
  });
}
