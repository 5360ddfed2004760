import { Buffer } from "node:buffer";
import { z } from "zod";
import type { Message } from "./message.ts";

/** Of the protocol: `vsn` in the URL. */
export type Version = "1.0.0" | "2.0.0";

/** What Phoenix's clients and servers say to one another. */
export interface Frame {
  readonly joinRef: string | null;
  readonly ref: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
}

const REF = z.string().nullish();
const V1 = z.object({
  join_ref: REF,
  ref: REF,
  topic: z.string(),
  event: z.string(),
  payload: z.unknown(),
});
const V2 = z.tuple([REF, REF, z.string(), z.string(), z.unknown()]);

/** Kind and encoding bytes of a broadcast in version 2. */
const USER_BROADCAST = 4;
const JSON_ENCODING = 1;

/** @throws where the text is no frame */
export function decode(version: Version, text: string): Frame {
  const json: unknown = JSON.parse(text);
  if (version === "1.0.0") {
    const { join_ref = null, ref = null, ...frame } = V1.parse(json);
    return { joinRef: join_ref, ref, ...frame };
  }
  const [joinRef = null, ref = null, topic, event, payload] = V2.parse(json);
  return { joinRef, ref, topic, event, payload };
}

export function encode(version: Version, frame: Frame): string {
  const { joinRef, ref, topic, event, payload } = frame;
  return JSON.stringify(
    version === "1.0.0" ? { ref, topic, event, payload } : [joinRef, ref, topic, event, payload],
  );
}

/** A message for a channel: an object in version 1, bytes in version 2. */
export function encodeBroadcast(
  version: Version,
  topic: string,
  { id, event, payload }: Message,
): string | Uint8Array<ArrayBuffer> {
  if (version === "1.0.0") {
    const content = { type: "broadcast", event, payload: JSON.parse(payload), meta: { id } };
    const refs = { joinRef: null, ref: null };
    return encode(version, { ...refs, topic, event: "broadcast", payload: content });
  }
  const utf8 = new TextEncoder();
  const head = [topic, event, JSON.stringify({ id })].map((text) => utf8.encode(text));
  const sizes = Uint8Array.from([
    USER_BROADCAST,
    ...head.map((part) => part.length),
    JSON_ENCODING,
  ]);
  return Buffer.concat([sizes, ...head, utf8.encode(payload)]);
}
