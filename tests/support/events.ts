/** What WPP Platform posts, in its current form, and how it is read. */
import assert from "node:assert/strict";
import type { MessageEvent } from "../../supabase/functions/_shared/wpp/platform/event.ts";
import { readEvent } from "../../supabase/functions/_shared/wpp/platform/events.ts";

export type Json = Record<string, unknown>;

export const ACCOUNT = "0000000000004";
export const PERSON = { address: "79991112233@c.us", phone: "+79991112233", kind: "person" };
export const FROM_PERSON = { account: ACCOUNT, from: "+79991112233", raw_from: "79991112233@c.us" };
export const INCOMING = { ...FROM_PERSON, text: "Hello", type: "chat" };
/** What is read from {@link INCOMING}. */
export const MESSAGE = {
  account: ACCOUNT,
  type: "message",
  direction: "in",
  chat: PERSON,
  kind: "text",
  text: "Hello",
};

export function post(body: unknown): ReturnType<typeof readEvent> {
  return readEvent(new TextEncoder().encode(JSON.stringify(body)));
}

/** The event, which must have no media. */
export function read(body: unknown) {
  const { event, ...more } = post(body);
  assert.deepEqual(more, {});
  return event;
}

/** A message in the current form, with fields changed; `undefined` takes one out. */
export function readMessage(fields: Json): MessageEvent {
  const { event } = post({ ...INCOMING, ...fields });
  assert.equal(event.type, "message", JSON.stringify(event));
  return event as MessageEvent;
}

export function ascii(bytes?: Uint8Array): string | undefined {
  return bytes && new TextDecoder().decode(bytes);
}
