import { sha256 } from "../../../supabase/functions/_shared/wpp/lib/sha256.ts";
import { chance, choice, weighted } from "../random.ts";
import { CONTACTS, PERSONS } from "./contacts.ts";
import { ORGANIZATIONS } from "./organizations.ts";
import {
  DELIVERIES,
  type EventKind,
  type PlannedEvent,
  type PlannedSend,
  type Target,
} from "./planned_event.ts";

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

/** Makes events that are about what it has made before. */
export class EventMaker {
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
