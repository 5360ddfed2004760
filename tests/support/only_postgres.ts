/**
 * Whether tests on PGlite are left out: ONLY_POSTGRES=true is for who has run them before, and has a
 * Postgres in DATABASE_URL.
 */
export const ONLY_POSTGRES = Boolean(Deno.env.get("DATABASE_URL")) &&
  Deno.env.get("ONLY_POSTGRES") === "true";
