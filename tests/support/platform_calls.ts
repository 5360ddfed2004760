/** What the tests of the platform's further calls share; it holds no test. */
import { setImmediate as turn } from "node:timers/promises";
import { WPP_BASE_URL } from "./network.ts";
import type { World } from "./world.ts";

/** A request to the platform. */
export interface PlatformRequest {
  path: string;
  authorization: string | null;
  // deno-lint-ignore no-explicit-any -- whatever was sent as JSON
  body: any;
}

/** A call of the platform that the test answers by hand; all others go to the simulator. */
export class PlatformCalls {
  readonly requests: PlatformRequest[] = [];
  /** What the next requests are answered. */
  answer: () => Promise<Response> | Response = () => Response.json({ success: true });

  constructor(world: World, path: RegExp) {
    world.network.serve(WPP_BASE_URL, async (request) => {
      const { pathname } = new URL(request.url);
      if (!path.test(pathname)) return await world.simulator.fetch(request);
      const authorization = request.headers.get("authorization");
      this.requests.push({ path: pathname, authorization, body: await request.json() });
      return await this.answer();
    });
  }

  /** Waits for that many requests, which may go out in the background. */
  async came(count: number): Promise<PlatformRequest[]> {
    await waitFor(() => this.requests.length >= count, `${count} requests`);
    return this.requests;
  }
}

/** Lets everything else go on until it holds. */
export async function waitFor(
  holds: () => Promise<boolean> | boolean,
  what = "what was waited for",
): Promise<void> {
  const endsAt = performance.now() + 10_000;
  while (!await holds()) {
    if (performance.now() >= endsAt) throw new Error(`There is no sign of ${what}`);
    await turn();
  }
}
