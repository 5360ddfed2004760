import { serve, type Served } from "../http.ts";
import type { Simulator } from "./simulator.ts";

/** Serves a simulator on 127.0.0.1 for other processes; its resets break the connection. */
export function serveSimulator(
  simulator: Pick<Simulator, "fetch">,
  options: { port?: number } = {},
): Promise<Served> {
  return serve(simulator.fetch, options);
}
