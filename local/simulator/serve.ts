import { serve, type Served } from "../http.ts";
import { control, isControl } from "./control.ts";
import type { Simulator } from "./simulator.ts";

/**
 * Serves a simulator on 127.0.0.1, and its controls below `/simulator/`. A reset that it plays
 * breaks the connection. When it stops, the simulator is closed, too.
 */
export async function serveSimulator(
  simulator: Simulator,
  options: { port?: number } = {},
): Promise<Served> {
  const { url, stop } = await serve(
    (request) => isControl(request) ? control(request, simulator) : simulator.fetch(request),
    options,
  );
  return { url, stop: async () => void await Promise.all([simulator.close(), stop()]) };
}
