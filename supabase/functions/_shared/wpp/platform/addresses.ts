/** WhatsApp's addresses: `79991112233@c.us`, `…@g.us` for a group, `…@lid` for a hidden number. */
import type { ChatAddress } from "./event.ts";
import type { Fields } from "./fields.ts";
import { normalizePhone } from "./phone_canonical.ts";

/** WhatsApp's longest are half of it. */
const MAX_ADDRESS_LENGTH = 128;

/** What stories come from: no chat. */
export const STATUS_ADDRESS = "status@broadcast";

const KINDS: Record<string, ChatAddress["kind"]> = {
  "c.us": "person",
  lid: "person",
  "g.us": "group",
};

/** An address as it was written, or a bare phone number. `undefined` for what is neither. */
export function parseAddress(written: string): ChatAddress | undefined {
  const text = written.trim().toLowerCase();
  if (text.length > MAX_ADDRESS_LENGTH) return undefined;
  const bare = toPhone(text.replace(/^\+/, ""));
  if (bare) return { address: `${text.replace("+", "")}@c.us`, phone: bare, kind: "person" };
  // ":12" is one of the person's devices.
  const [, user, server] = /^\+?([\w.-]+)(?::\d+)?@([a-z.]+)$/.exec(text) ?? [];
  if (!user) return undefined;
  const home = server === "s.whatsapp.net" ? "c.us" : server;
  return {
    address: `${user}@${home}`,
    phone: home === "c.us" ? toPhone(user) ?? null : null,
    kind: Object.hasOwn(KINDS, home) ? KINDS[home] : "unknown",
  };
}

/** The address in a field, which may be a text, a number, or an object of WhatsApp's. */
export function addressIn(fields: Fields | undefined, name: string): ChatAddress | undefined {
  const written = fields?.id(name) ??
    fields?.object(name)?.exact(MAX_ADDRESS_LENGTH, "_serialized");
  return written === undefined ? undefined : parseAddress(written);
}

/**
 * The one chat, or person, that several fields name: a group before its members, and a hidden number
 * with the number that stands beside it. The best address comes first.
 */
export function oneOf(named: (ChatAddress | undefined)[]): ChatAddress | undefined {
  const addresses = named.filter((address) => address !== undefined);
  const one = addresses.find(({ kind }) => kind === "group") ?? addresses[0];
  if (!one?.address.endsWith("@lid")) return one;
  const phone = addresses.find((other) => other.phone && !isSameDigits(one, other))?.phone;
  return { ...one, phone: phone ?? null };
}

/**
 * Whether two addresses have the same digits: beside groups and hidden numbers the platform writes
 * their digits with a plus, as if they were a phone number.
 */
export function isSameDigits(one: ChatAddress, other: ChatAddress): boolean {
  return digitsOf(other.address) === digitsOf(one.address);
}

function digitsOf(address: string): string {
  return address.slice(0, address.indexOf("@"));
}

/** In the one spelling of `normalizePhone`. E.164 has at most 15 digits; below 7 it is nobody's. */
function toPhone(digits: string): string | undefined {
  return /^[1-9]\d{6,14}$/.test(digits) ? normalizePhone(`+${digits}`) : undefined;
}
