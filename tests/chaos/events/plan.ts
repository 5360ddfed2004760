import { chance, choice } from "../random.ts";
import { type Contact, CONTACTS } from "./contacts.ts";
import { EventMaker } from "./event_maker.ts";
import { ORGANIZATIONS } from "./organizations.ts";
import type { PlannedEvent, PlannedSend } from "./planned_event.ts";
import { type Trouble, TROUBLES } from "./realtime_trouble.ts";

/** Somebody reads a chat: of their own organization, or of another one, which must not do anything. */
export interface PlannedMark {
  organization: number;
  contact: Contact;
  by: number;
}

export type Step = { event: PlannedEvent } | { send: PlannedSend } | { mark: PlannedMark };

/** Everything that a run does of its own accord: a pure function of the seed and the size. */
export interface EventPlan {
  events: PlannedEvent[];
  sends: PlannedSend[];
  /** In the order in which they begin. Events that are doubled are there twice. */
  steps: Step[];
  /** Processes that are killed when the step of that number begins. */
  kills: { at: number; name: "wpp-webhook" | "wpp-send"; process: number }[];
  /** When the database breaks all of its connections, and for how many milliseconds it takes no new ones. */
  restarts: { at: number; ms: number }[];
  /** Steps during which Storage is away. */
  outages: { from: number; to: number }[];
  /** Steps during which something befalls Realtime. */
  troubles: { from: number; to: number; trouble: Trouble }[];
  /** When the platform restarts and forgets its webhooks, and when the reconciler's time has come. */
  forgettings: { from: number; to: number }[];
  /** Steps during which a number is disconnected. */
  disconnections: { from: number; to: number; number: number }[];
}

export const WEBHOOK_PROCESSES = 4;
export const SEND_PROCESSES = 2;

/** How many places later an event may be posted than the order says. */
const WINDOW = 60;
const DOUBLED_EVERY = 9;
const SEND_EVERY = 18;
const MARK_EVERY = 30;
/** For so many steps Storage is away at a time. */
const OUTAGE_STEPS = 200;
/** Each trouble of Realtime lasts half as long as it takes until the next one. */
const TROUBLE_EVERY = 120;
/** For so many steps the platform has nowhere to post to. */
const FORGOTTEN_STEPS = 30;
/** In each of so many steps a number is disconnected, for some of them. */
const DISCONNECTED_EVERY = 500;
const DISCONNECTED_STEPS = 40;
/** A further number, and the only one of an organization: of both a page is open. */
const DISCONNECTED = [ORGANIZATIONS.length - 1, ORGANIZATIONS.length - 2];

export function makeEventPlan(seed: number, size: number): EventPlan {
  const maker = new EventMaker(seed);
  const placed: { at: number; step: Step }[] = [];
  const plan: EventPlan = {
    events: [],
    sends: [],
    steps: [],
    kills: [],
    restarts: [],
    outages: [],
    troubles: [],
    forgettings: [],
    disconnections: [],
  };
  for (let number = 0; number < size; number++) {
    if (number % SEND_EVERY === 0) {
      const send = maker.send(number);
      plan.sends.push(send);
      placed.push({ at: number, step: { send } });
    }
    if (number % MARK_EVERY === 0) placed.push({ at: number, step: { mark: mark(seed, number) } });
    const event = maker.event(number);
    plan.events.push(event);
    placed.push({ at: number + choice(WINDOW, seed, "place", number), step: { event } });
    if (number % DOUBLED_EVERY === 0) {
      const at = number + choice(2 * WINDOW, seed, "double", number);
      placed.push({ at, step: { event } });
    }
  }
  plan.steps = placed.sort((one, other) => one.at - other.at).map(({ step }) => step);
  disturb(plan, seed);
  return plan;
}

function disturb(
  { steps: { length }, kills, restarts, outages, troubles, forgettings, disconnections }: EventPlan,
  seed: number,
): void {
  for (let from = 0, index = 0; from < length; from += TROUBLE_EVERY, index++) {
    const trouble = TROUBLES[(seed + index) % TROUBLES.length]; // a short run has each
    troubles.push({ from, to: from + TROUBLE_EVERY / 2, trouble });
  }
  for (let index = 0; index < Math.ceil(length / 400); index++) {
    const at = choice(length, seed, "kill", index);
    const name = index % 4 === 3 ? "wpp-send" : "wpp-webhook";
    const processes = name === "wpp-send" ? SEND_PROCESSES : WEBHOOK_PROCESSES;
    kills.push({ at, name, process: choice(processes, seed, "killed", index) });
  }
  for (let index = 0; index < Math.ceil(length / 1500); index++) {
    const ms = choice(400, seed, "away", index);
    restarts.push({ at: choice(length, seed, "restart", index), ms });
    const from = choice(length, seed, "outage", index);
    outages.push({ from, to: from + OUTAGE_STEPS });
    const forgotten = choice(length, seed, "forgetting", index);
    forgettings.push({ from: forgotten, to: forgotten + FORGOTTEN_STEPS });
  }
  const every = Math.min(DISCONNECTED_EVERY, length);
  for (let start = 0, index = 0; start + every <= length; start += every, index++) {
    const from = start + choice(every / 2, seed, "disconnection", index);
    const number = DISCONNECTED[index % DISCONNECTED.length];
    disconnections.push({ from, to: from + DISCONNECTED_STEPS, number });
  }
}

function mark(seed: number, number: number): PlannedMark {
  const organization = choice(ORGANIZATIONS.length, seed, "marked", number);
  const isStranger = chance(seed, "stranger", number) < 0.2;
  return {
    ...{ organization, contact: CONTACTS[choice(CONTACTS.length, seed, "read", number)] },
    by: isStranger ? strangerTo(organization) : organization,
  };
}

/** The last one is of the first one's organization. */
function strangerTo(organization: number): number {
  return 1 + (organization + 1) % (ORGANIZATIONS.length - 2);
}
