import { Turns } from "../supabase/functions/_shared/wpp/lib/turns.ts";

/**
 * Lets work in one after the other. For PGlite, whose one connection would let a request run in
 * another's role, or in its failed transaction.
 */
export function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  const line = new Turns();
  return async (work) => {
    using turn = line.turn();
    await turn.wait();
    return await work();
  };
}
