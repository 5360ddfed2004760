import { type Env, perEnv } from "../env.ts";
import { withDeadline } from "../lib/deadline.ts";

/** Who does not answer in this time counts as unreachable. */
const PROBE_TIMEOUT_MS = 5_000;
/**
 * How long an answer is cached. Anybody may ask, so an isolate sends the platform one request in this
 * time, however often it is asked.
 */
const CACHE_MS = 10_000;

/** Whether anything answers at WPP Platform's address, from where the functions run. */
export class Reachability {
  readonly #baseUrl: string;
  #last?: { at: number; answer: Promise<boolean> };

  constructor({ wppBaseUrl }: Pick<Env, "wppBaseUrl">) {
    this.#baseUrl = wppBaseUrl;
  }

  isReachable(): Promise<boolean> {
    const now = performance.now();
    if (!this.#last || now - this.#last.at >= CACHE_MS) {
      this.#last = { at: now, answer: answers(this.#baseUrl) };
    }
    return this.#last.answer;
  }
}

/** Any status will do: what is asked for need not exist. It takes no credentials along. */
async function answers(url: string): Promise<boolean> {
  try {
    return await withDeadline(PROBE_TIMEOUT_MS, undefined, async (signal) => {
      const response = await fetch(url, { redirect: "manual", signal });
      await response.body?.cancel();
      return true;
    });
  } catch {
    return false;
  }
}

/** That of a configuration. */
export const reachabilityOf = perEnv((env) => new Reachability(env));
