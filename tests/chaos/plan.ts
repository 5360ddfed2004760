import {
  FUNCTION_NAMES,
  type FunctionName,
} from "../../supabase/functions/_shared/wpp/contract.ts";
import { chance, choice, weighted } from "./random.ts";

/** Processes of each function. */
export const PROCESSES = 4;

/** One call of a function, as a user would make it. */
export interface PlannedCall {
  number: number;
  name: FunctionName;
  organization: number;
  /** Of the organization's two users; the first one creates. */
  user: 0 | 1;
  method: "GET" | "POST";
  /** Which of the function's processes it goes to, while that lives. */
  process: number;
  /** Only wpp-send: the text is unique to the message, the recipient too. */
  message?: { to: string; text: string; key?: string };
}

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
}

const CREATES_AT_FIRST = 4;
/** In thousandths of the calls. */
const MIX: [number, FunctionName][] = [
  [40, "wpp-create"],
  [170, "wpp-qr"],
  [250, "wpp-status"],
  [540, "wpp-send"],
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
  const isFirst = number - starts[newest] < CREATES_AT_FIRST;
  const name = isFirst ? "wpp-create" : weighted(chance(seed, "name", number), MIX)!;
  const organization = isFirst ? newest : choice(newest + 1, seed, "organization", number);
  const reads = name === "wpp-qr" || name === "wpp-status";
  const call: PlannedCall = {
    number,
    name,
    organization,
    // One user creates: whether the platform's idempotency reaches over users is not known.
    user: name !== "wpp-create" && chance(seed, "user", number) < 0.5 ? 1 : 0,
    method: reads && chance(seed, "method", number) < 0.5 ? "GET" : "POST",
    process: choice(PROCESSES, seed, "process", number),
  };
  return name === "wpp-send" ? planSend(seed, call, earlier) : call;
}

/** A new message with or without a key; else one sent before, again or with its key misused. */
function planSend(seed: number, call: PlannedCall, earlier: PlannedCall[]): PlannedCall {
  const { number } = call;
  const to = `+7999${String(number).padStart(7, "0")}`;
  const fresh = { to, text: `message ${number}`, key: `key-${number}` };
  const kind = weighted(
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

/** A third of them strike wpp-create while a new organization's first calls run. */
function planKills(seed: number, size: number, starts: number[]): PlannedKill[] {
  return Array.from({ length: Math.ceil(size / 150) }, (_, index) => {
    const process = choice(PROCESSES, seed, "killed", index);
    if (index % 3 === 0) {
      const start = starts[choice(starts.length, seed, "kill at start", index)];
      return { at: start + CREATES_AT_FIRST, name: "wpp-create" as const, process };
    }
    const name = FUNCTION_NAMES[choice(FUNCTION_NAMES.length, seed, "killed function", index)];
    return { at: choice(size, seed, "kill", index), name, process };
  });
}
