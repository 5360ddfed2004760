/**
 * The generations of the platform's events (docs/platform.md, section 3): `flat` is what live ones
 * look like today, `wrapped` what older ones did, `wppconnect` those of the engine below.
 */
export const EVENT_FORMS = ["flat", "wrapped", "wppconnect"] as const;
export type EventForm = typeof EVENT_FORMS[number];

/** The receipts of a message, in the order in which they come. */
export const RECEIPTS = ["sent", "delivered", "read"] as const;

/** How events are posted to webhooks. Durations are in seconds, shares go from 0 to 1. */
export interface EventSettings {
  eventForm: EventForm;
  /** The last receipt that a message gets. */
  receiptsUpTo: "none" | typeof RECEIPTS[number];
  /** Which id flat receipts carry after `sent`: the platform's own, or WhatsApp's. */
  receiptsById: "task" | "wa";
  /** How often an event is posted again that was not answered 2xx, and how long after. */
  eventRetries: number;
  eventRetryDelay: number;
  /** How long an answer may take. */
  eventTimeout: number;
  /** The share of events that are posted twice. */
  eventDoubles: number;
  /** The share of events that overtake the one before them, if that still waits. */
  eventReorders: number;
  /** The share of events that are lost. */
  eventDrops: number;
  /** Which events these shares strike: the same ones with the same seed. */
  eventSeed: number;
  /** Whether the register call is unknown, as to a platform that has none. */
  webhookUnsupported: boolean;
  /** Whether an empty emoji removes a reaction; else it is refused. */
  removesReactions: boolean;
  /** Posts events, and fetches the files that calls name. */
  fetch: (url: string, init: RequestInit) => Promise<Response>;
}

export const EVENT_DEFAULTS: Readonly<EventSettings> = {
  eventForm: "flat",
  receiptsUpTo: "read",
  receiptsById: "task",
  eventRetries: 3,
  eventRetryDelay: 1,
  eventTimeout: 20,
  eventDoubles: 0,
  eventReorders: 0,
  eventDrops: 0,
  eventSeed: 1,
  webhookUnsupported: false,
  removesReactions: false,
  fetch: (url, init) => fetch(url, init), // not `fetch` itself, which a test may replace later
};
