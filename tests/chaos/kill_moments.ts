import { route } from "../../local/simulator/calls.ts";
import type { Backend, Intercept } from "./backend.ts";

/** Which request the process waits for when it dies, and whether that was done before. */
export interface Moment {
  when: string;
  at: "messenger_claim_connection" | "create" | "messenger_finish_claim";
  done: boolean;
  /** What the next call gets, before the lease ends where there is none. */
  leased: boolean;
  next: "200" | "201";
  /** Creates that the platform carries out in all: the second gets what the first one made. */
  creates: number;
}

/** Every moment of a creation at which its process may die. */
export const MOMENTS: Moment[] = [
  moment("before it claims", "messenger_claim_connection", false, false, "201", 1),
  moment(
    "after it has claimed, before the call",
    "messenger_claim_connection",
    true,
    true,
    "201",
    1,
  ),
  moment("during the call, which did nothing", "create", false, true, "201", 1),
  moment("during the call, which was done", "create", true, true, "201", 2),
  moment("after the answer, before the save", "messenger_finish_claim", false, true, "201", 2),
  moment("during the save, which was done", "messenger_finish_claim", true, false, "200", 1),
];

function moment(
  when: string,
  at: Moment["at"],
  done: boolean,
  leased: boolean,
  next: Moment["next"],
  creates: number,
): Moment {
  return { when, at, done, leased, next, creates };
}

/** Resolves when the process waits for that request; its answer never comes. */
export function waitAt(backend: Backend, { at, done }: Moment): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { onDatabase, onPlatform } = backend;
  const stop: Intercept = async (request, work) => {
    const { pathname } = new URL(request.url);
    if (!pathname.endsWith(`/${at}`) && route(request.method, pathname).call !== at) {
      return await work();
    }
    if (done) await work();
    Object.assign(backend, { onDatabase, onPlatform });
    resolve();
    return await new Promise<never>((_, reject) => {
      request.signal.addEventListener("abort", () => reject(request.signal.reason));
    });
  };
  Object.assign(backend, { onDatabase: stop, onPlatform: stop });
  return promise;
}

/** As if the time of a dead creation was over. */
export async function endLease({ database }: Backend): Promise<void> {
  await database.exec("update public.messenger_integrations set claimed_until = now()");
}
