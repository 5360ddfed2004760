import type { EventBody, EventContext, SimulatedEvent } from "./events.ts";
import { flatBody } from "./flat_events.ts";
import { wppconnectBody } from "./wppconnect_events.ts";
import { wrappedBody } from "./wrapped_events.ts";

const FORMS = { flat: flatBody, wrapped: wrappedBody, wppconnect: wppconnectBody };

/** The event in the form of the settings; null where that form has no such event. */
export async function eventBody(
  event: SimulatedEvent,
  context: EventContext,
): Promise<EventBody | null> {
  return await FORMS[context.settings.eventForm](event, context);
}
