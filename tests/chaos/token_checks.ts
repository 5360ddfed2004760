import type { Evidence } from "./evidence.ts";
import type { PlatformRequest } from "./injector.ts";

/** It asks whether a key is still good by exchanging it. */
const ASKING = /^wpp-create\//;

/**
 * What was broken of: an isolate exchanges a key once, and once more for each call whose token is
 * refused. Exchanges that failed do not count.
 */
export function exchangeViolations({ requests, killed }: Evidence): string[] {
  const generations = Map.groupBy(killed, (name) => name.slice(0, name.lastIndexOf("/")));
  const groups = Map.groupBy(
    requests.filter(({ session, process }) => session !== undefined && !ASKING.test(process)),
    ({ process, session }) => `${process} ${session}`,
  );
  return [...groups].flatMap(([name, all]) => {
    const [{ process }] = all;
    const allowed = 1 + (generations.get(process)?.length ?? 0) + all.filter(wasRefused).length;
    const exchanges = all.filter(({ call, status, fault }) =>
      call === "token" && status === 200 && fault === undefined
    ).length;
    return exchanges > allowed ? [`${name}: ${exchanges} exchanges, and ${allowed} were due`] : [];
  });
}

function wasRefused({ call, status = 0 }: PlatformRequest): boolean {
  return call !== "token" && [401, 403].includes(status);
}
