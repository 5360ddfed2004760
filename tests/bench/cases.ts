/** The calls that are measured. */
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import type { Backend } from "./backend.ts";
import { RECEIPTS, TEXTS } from "./heard_cases.ts";
import type { Organization } from "./organizations.ts";

/**
 * `floor`: a call's unavoidable requests and nothing else. `ours`: what is deployed, as the README
 * advises to. `usual`: as such functions are mostly written.
 */
export const CONTESTANTS = ["floor", "ours", "usual"] as const;
export type Contestant = typeof CONTESTANTS[number];

/** Of what there is no usual way. */
export const WITHOUT_USUAL: readonly Contestant[] = ["floor", "ours"];

export const MEASURED_NAMES = [
  "wpp-status",
  "wpp-qr",
  "wpp-send",
  "wpp-create",
  "wpp-connections",
  "wpp-webhook",
] as const;
export type MeasuredName = typeof MEASURED_NAMES[number];

/** Calls of one function and one kind. */
export interface Case {
  /** What the tables call it. */
  title: string;
  name: MeasuredName;
  contestants: readonly Contestant[];
  /** All its calls are of one organization, and wait for each other where they take its lock. */
  isOfOne?: true;
  /** The n-th call that an organization's users, server or platform make. */
  callOf(organization: Organization, contestant: Contestant, n: number): {
    token: string;
    /** Left out, it is a GET. */
    body?: unknown;
    query?: string;
  };
  /** What the text of a good answer matches. */
  good: RegExp;
  /** Makes what each organization needs for so many calls. */
  prepare?(backend: Backend, organizations: Organization[], calls: number): Promise<void>;
  /** SQL that counts what `floor` and `ours` have written for the organizations in $1, a JSON array. */
  written?: string;
}

const ACCEPTED = `select count(*)::int as count from public.messenger_messages
  where organization_id in (select jsonb_array_elements_text(($1::text)::jsonb))
    and direction = 'out' and status = 'accepted'`;
const SEND = {
  name: "wpp-send",
  good: /"taskId":"/,
  written: ACCEPTED,
} as const;
const TO = { to: "+79991112233", text: "Hello" };

/** The first one of each function is its plain call. */
export const CASES: readonly Case[] = [
  {
    title: "wpp-status",
    name: "wpp-status",
    contestants: CONTESTANTS,
    callOf: (organization, contestant) => byUser(organization, contestant, {}),
    good: /"status":"connected"/,
  },
  {
    title: "wpp-qr",
    name: "wpp-qr",
    contestants: CONTESTANTS,
    callOf: (organization, contestant) => byUser(organization, contestant, {}),
    good: /"qr":./,
  },
  {
    ...SEND,
    title: "wpp-send",
    contestants: CONTESTANTS,
    callOf: (organization, contestant) => byUser(organization, contestant, TO),
  },
  {
    ...SEND,
    title: "wpp-send, one organization",
    contestants: WITHOUT_USUAL,
    isOfOne: true,
    callOf: (organization, contestant) => byUser(organization, contestant, TO),
  },
  {
    ...SEND,
    title: "wpp-send by a server",
    contestants: WITHOUT_USUAL,
    callOf: ({ organizationId }, contestant) =>
      contestant === "floor"
        ? { token: organizationId, body: TO }
        : { token: DEVELOPMENT_KEYS.secretKey, body: { ...TO, organizationId } },
  },
  {
    title: "wpp-create, again",
    name: "wpp-create",
    contestants: CONTESTANTS,
    callOf: (organization, contestant) => byUser(organization, contestant, {}),
    good: /"session": ?"\d/,
  },
  {
    title: "wpp-connections",
    name: "wpp-connections",
    contestants: WITHOUT_USUAL,
    callOf: (organization, contestant) => byUser(organization, contestant),
    good: /"session": ?"\d/,
  },
  TEXTS,
  {
    ...TEXTS,
    title: `${TEXTS.title}, one organization`,
    contestants: WITHOUT_USUAL,
    isOfOne: true,
  },
  RECEIPTS,
  { ...RECEIPTS, title: `${RECEIPTS.title}, one organization`, isOfOne: true },
];

/** The floor verifies nobody: it is told the organization in the place of a token. */
function byUser({ organizationId, token }: Organization, contestant: Contestant, body?: object) {
  return { token: contestant === "floor" ? organizationId : token, body };
}

/** A function's plain call. */
export function plainCase(name: MeasuredName): Case {
  return CASES.find((one) => one.name === name)!;
}
