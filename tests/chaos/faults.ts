import type { Call, Fault } from "../../local/simulator/simulator.ts";
import { chance, choice, weighted } from "./random.ts";

type Weighted<T> = [thousandths: number, fault: T];

const text = { "content-type": "text/html" };

/** What strikes any call; the work is not done, but for delays and cut answers. */
const ANY: Weighted<Fault>[] = [
  [12, { kind: "reset", when: "before" }],
  [8, { kind: "reset", when: "after" }],
  [6, { kind: "respond", status: 500, body: { error: "Simulated" } }],
  [6, { kind: "html", status: 502 }],
  [6, { kind: "respond", status: 503, body: "Service unavailable", headers: text }],
  [4, { kind: "empty", status: 504 }],
  [6, { kind: "respond", status: 429, body: {}, headers: { "retry-after": "1" } }],
  [2, { kind: "respond", status: 403, body: { error: "Simulated" } }],
  [2, { kind: "respond", status: 404, body: { error: "Simulated" } }],
  [2, { kind: "respond", status: 408, body: { error: "Simulated" } }],
  [2, { kind: "empty", status: 204 }],
  [3, { kind: "wrong-shape", body: [1, { answer: null }] }],
  [3, { kind: "unsuccessful" }],
  [4, { kind: "truncated" }],
  [5, { kind: "slow-body", ms: 300 }],
  [2, { kind: "endless-body" }],
  [0.4, { kind: "hang" }],
];

/** The work is done and its answer is lost. */
const DONE: Weighted<Fault>[] = [
  [12, { kind: "reset", when: "before", execute: true }],
  [8, { kind: "reset", when: "after", execute: true }],
  [8, { kind: "respond", status: 500, body: { error: "Simulated" }, execute: true }],
  [6, { kind: "respond", status: 502, body: "<h1>nginx</h1>", headers: text, execute: true }],
];

const REFUSED: Fault = { kind: "respond", status: 401, body: { message: "Invalid token" } };

const BY_CALL: Record<Call, Weighted<Fault>[]> = {
  create: [...ANY, ...DONE, ...DONE, ...DONE, [2, REFUSED]],
  token: [...ANY, ...DONE, [1, REFUSED]],
  start: [...ANY, ...DONE, [15, REFUSED]],
  qr: [...ANY, [15, REFUSED]],
  status: [...ANY, [15, REFUSED]],
  send: [...ANY, ...DONE, [15, REFUSED]],
  delete: [...ANY, ...DONE, [15, REFUSED]],
  stop: [...ANY, ...DONE, [15, REFUSED]],
  webhook: [...ANY, ...DONE, [15, REFUSED]],
  react: [...ANY, ...DONE, [15, REFUSED]],
  media: [...ANY, [15, REFUSED]],
  other: [],
};

/** The fault of the n-th request of that call about that subject, if it is to have one. */
export function platformFault(
  seed: number,
  call: Call,
  subject: string,
  nth: number,
): Fault | undefined {
  const fault = weighted(chance(seed, "platform", call, subject, nth), BY_CALL[call]);
  if (fault || chance(seed, "late", call, subject, nth) >= 0.03) return fault;
  return { kind: "delay", ms: 20 + choice(300, seed, "delay", call, subject, nth) };
}

/** `executed`: the database did what it was asked for, and its answer is lost. */
export interface DatabaseFault {
  kind: "reset" | "html" | "unavailable" | "shutting_down" | "hang" | "delay";
  executed: boolean;
}

const DATABASE: Weighted<DatabaseFault>[] = [
  [5, { kind: "reset", executed: false }],
  [5, { kind: "reset", executed: true }],
  [3, { kind: "html", executed: false }],
  [3, { kind: "html", executed: true }],
  [5, { kind: "unavailable", executed: false }],
  [3, { kind: "shutting_down", executed: false }],
  [0.3, { kind: "hang", executed: false }],
  [0.3, { kind: "hang", executed: true }],
  [10, { kind: "delay", executed: true }],
];

/** The fault of the n-th request to the database. */
export function databaseFault(seed: number, nth: number): DatabaseFault | undefined {
  return weighted(chance(seed, "database", nth), DATABASE);
}
