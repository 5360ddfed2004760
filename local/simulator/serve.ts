import { serve, type Served } from "../http.ts";
import { control, isControl } from "./control.ts";
import type { Simulator } from "./simulator.ts";

/**
 * Serves a simulator on 127.0.0.1, and its controls below `/simulator/`. A reset that it plays
 * breaks the connection.
 */
export function serveSimulator(
  simulator: Simulator,
  options: { port?: number } = {},
): Promise<Served> {
  return serve(
    (request) => isControl(request) ? control(request, simulator) : simulator.fetch(request),
    options,
  );
}
