import { sha256 } from "../../../supabase/functions/_shared/wpp/lib/sha256.ts";
import { chance, choice, weighted } from "../random.ts";
import { type Contact, CONTACTS, PERSONS } from "./contacts.ts";
import { ORGANIZATIONS } from "./organizations.ts";

export type EventKind =
  | "text"
  | "media"
  | "own"
  | "echo"
  | "receipt"
  | "reaction"
  | "revoke"
  | "garbage"
  | "other_account"
  | "status";

export const DELIVERIES = ["queued", "sent", "failed", "delivered", "read"] as const;
export type Delivery = typeof DELIVERIES[number];

/** A message that other events are about. Its ids are also those of another organization's message. */
export interface Target {
  taskId?: string;
  /** WhatsApp's key. */
  key: string;
  contact: Contact;
  isOurs: boolean;
  /** Of a send. */
  text?: string;
}

/** What the platform posts, whatever its form. */
export interface PlannedEvent {
  number: number;
  /** Whose token it is posted with. */
  organization: number;
  kind: EventKind;
  /** The generation of the platform whose form it has: flat, wrapped, or wppconnect's. */
  form: 0 | 1 | 2;
  contact: Contact;
  /** Whose account it names; undefined: it names none. */
  account?: number;
  /** By which it counts once: WhatsApp's key of the message, or the platform's id of the event. */
  key?: string;
  eventId?: string;
  text: string;
  /** In base64. */
  media?: string;
  about?: Target;
  /** By which of its ids an event names the message that it is about. */
  names?: "task" | "key" | "pair";
  delivery?: Delivery;
  emoji?: string;
}

export interface PlannedSend {
  organization: number;
  target: Target & { taskId: string; text: string };
}

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
}

export const WEBHOOK_PROCESSES = 4;
export const SEND_PROCESSES = 2;

/** How many places later an event may be posted than the order says. */
const WINDOW = 60;
const DOUBLED_EVERY = 9;
const SEND_EVERY = 18;
const MARK_EVERY = 30;
/** In thousandths of the events. */
const MIX: [number, EventKind][] = [
  [400, "text"],
  [50, "media"],
  [90, "own"],
  [30, "echo"],
  [250, "receipt"],
  [50, "reaction"],
  [40, "revoke"],
  [30, "garbage"],
  [40, "other_account"],
  [20, "status"],
];
const EMOJIS = ["🔥", "😂", "👍", "❤️"];

export function makeEventPlan(seed: number, size: number): EventPlan {
  const maker = new EventMaker(seed);
  const placed: { at: number; step: Step }[] = [];
  const plan: EventPlan = { events: [], sends: [], steps: [], kills: [], restarts: [] };
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

function disturb({ steps: { length }, kills, restarts }: EventPlan, seed: number): void {
  for (let index = 0; index < Math.ceil(length / 400); index++) {
    const at = choice(length, seed, "kill", index);
    const name = index % 4 === 3 ? "wpp-send" : "wpp-webhook";
    const processes = name === "wpp-send" ? SEND_PROCESSES : WEBHOOK_PROCESSES;
    kills.push({ at, name, process: choice(processes, seed, "killed", index) });
  }
  for (let index = 0; index < Math.ceil(length / 1500); index++) {
    const ms = choice(400, seed, "away", index);
    restarts.push({ at: choice(length, seed, "restart", index), ms });
  }
}

function mark(seed: number, number: number): PlannedMark {
  const organization = choice(ORGANIZATIONS.length, seed, "marked", number);
  const isStranger = chance(seed, "stranger", number) < 0.2;
  return {
    ...{ organization, contact: CONTACTS[choice(CONTACTS.length, seed, "read", number)] },
    by: isStranger ? (organization + 1) % ORGANIZATIONS.length : organization,
  };
}

/** Makes events that are about what it has made before. */
class EventMaker {
  readonly #seed: number;
  /** By organization: messages that receipts, reactions and revokes may be about, the last ones. */
  readonly #targets = ORGANIZATIONS.map((): Target[] => []);
  readonly #ordinals = ORGANIZATIONS.map(() => 0);
  readonly #used = new Set<string>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  send(number: number): PlannedSend {
    const organization = this.#choice(ORGANIZATIONS.length, "sender", number);
    const ordinal = this.#ordinals[organization]++;
    const target = {
      ...{ taskId: `task-${ordinal}`, key: `3EB0${ordinal}`, text: `send ${number}!` },
      ...{ contact: PERSONS[this.#choice(PERSONS.length, "to", number)], isOurs: true },
    };
    this.#remember(organization, target);
    return { organization, target };
  }

  event(number: number): PlannedEvent {
    const organization = this.#choice(ORGANIZATIONS.length, "organization", number);
    const kind = weighted(chance(this.#seed, "event", number), MIX)!;
    const contact = CONTACTS[this.#choice(CONTACTS.length, "contact", number)];
    const form = this.#choice(3, "form", number) as PlannedEvent["form"];
    const namesAccount = kind === "garbage" || chance(this.#seed, "account", number) < 0.9;
    const event: PlannedEvent = {
      ...{ number, organization, kind, form, contact, text: `event ${number}!` },
      account: namesAccount ? organization : undefined,
    };
    switch (kind) {
      case "text":
      case "own":
        return this.#identified(event);
      case "media":
        return this.#identified({ ...event, media: mediaOf(number) });
      case "other_account":
        return this.#identified({ ...event, account: (organization + 1) % ORGANIZATIONS.length });
      case "garbage":
      case "status":
        return event;
      default:
        return this.#about(event);
    }
  }

  /** Most have an id. */
  #identified(event: PlannedEvent): PlannedEvent {
    const { number, organization, form, contact, kind } = event;
    if (chance(this.#seed, "id", number) < 0.35) return event;
    const ordinal = this.#ordinals[organization]++;
    if (form === 1) return { ...event, eventId: `evt_${ordinal}` };
    const key = `3EB0${ordinal}`;
    if (kind !== "other_account") {
      this.#remember(organization, { key, contact, isOurs: kind === "own" });
    }
    return { ...event, key };
  }

  /** About one of the last messages that fit; a text where there is none. */
  #about(event: PlannedEvent): PlannedEvent {
    const { number, organization, kind, form } = event;
    const fitting = this.#targets[organization]
      .filter((target) =>
        fits(kind, target) && !this.#used.has(`${kind} ${organization} ${target.key}`)
      );
    if (fitting.length === 0) return this.#identified({ ...event, kind: "text" });
    const about = fitting[this.#choice(fitting.length, "about", number)];
    // One reaction, one revoke and one echo of a message, so that their order does not matter.
    if (kind !== "receipt") this.#used.add(`${kind} ${organization} ${about.key}`);
    const hasTask = about.taskId !== undefined && form !== 2 && kind === "receipt";
    const names = hasTask
      ? (["task", "key", "pair"] as const)[this.#choice(3, "names", number)]
      : "key";
    return {
      ...{ ...event, contact: about.contact, about, names },
      form: names === "pair" ? 1 : form,
      delivery: kind === "receipt" ? DELIVERIES[this.#choice(5, "delivery", number)] : undefined,
      emoji: kind === "reaction" ? EMOJIS[this.#choice(4, "emoji", number)] : undefined,
      ...(kind === "echo" ? { key: about.key, text: about.text! } : {}),
    };
  }

  #remember(organization: number, target: Target): void {
    const targets = this.#targets[organization];
    targets.push(target);
    if (targets.length > 24) targets.shift();
  }

  #choice(below: number, ...about: (string | number)[]): number {
    return choice(below, this.#seed, ...about);
  }
}

function fits(kind: EventKind, { isOurs, taskId, contact }: Target): boolean {
  if (kind === "receipt") return isOurs;
  if (kind === "echo") return taskId !== undefined;
  return taskId === undefined && (kind === "revoke" || contact.phone !== null);
}

/** Some hundred bytes, which are the event's own. */
function mediaOf(number: number): string {
  return btoa(sha256(`media ${number}`).repeat(1 + number % 8));
}
