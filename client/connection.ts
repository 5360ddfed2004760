import type { ConnectionsPatchOutput } from "./contract.ts";

/** A connection as members of its organization see it. */
export type Connection = ConnectionsPatchOutput;
