/** Whom an organization writes with. Each organization has the same ones, so that only it tells them apart. */
export interface Contact {
  /** WhatsApp's address. */
  address: string;
  /** Null where the address holds no number. */
  phone: string | null;
  /** Who writes in a group. */
  sender?: string;
}

/** Those that one can send to. */
export const PERSONS: readonly Contact[] = Array.from({ length: 10 }, (_, index) => ({
  address: `7999000000${index}@c.us`,
  phone: `+7999000000${index}`,
}));

export const CONTACTS: readonly Contact[] = [
  ...PERSONS,
  { address: "120363000000000010@g.us", phone: null, sender: "79990000099@c.us" },
  { address: "990000000000011@lid", phone: null },
];

/** The number of the connected phone. */
export const OWN_ADDRESS = "79991234567@c.us";
