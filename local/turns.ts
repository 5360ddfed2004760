/**
 * Lets work in one after the other. For PGlite, whose one connection would let a request run in
 * another's role, or in its failed transaction.
 */
export function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(() => work());
    last = result.catch(() => {});
    return result;
  };
}
