import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import {
  createSimulator,
  SimulatedReset,
  type Simulator,
  type SimulatorOptions,
} from "../../local/simulator/simulator.ts";

export const WPP_BASE_URL = "http://wpp.test";

/** The simulator as WPP Platform behind msw. Requests that nobody serves fail the test. */
export interface MockedNetwork extends Disposable {
  simulator: Simulator;
  /** Serves one more origin. */
  serve(origin: string, fetch: (request: Request) => Promise<Response>): void;
  /** Throws if a request went where nobody serves: the code under test may have hidden it. */
  assertNothingUnhandled(): void;
}

export function mockNetwork(options: SimulatorOptions = {}): MockedNetwork {
  const simulator = createSimulator({ startingFor: 0, ...options });
  const unhandled: string[] = [];
  const server = setupServer(
    http.all(`${WPP_BASE_URL}/*`, ({ request }) => answerOrReset(simulator.fetch, request)),
  );
  server.events.on("request:unhandled", ({ request }) => {
    unhandled.push(`${request.method} ${request.url}`);
  });
  server.listen({ onUnhandledRequest: () => {} });
  return {
    simulator,
    serve: (origin, fetch) =>
      server.use(http.all(`${origin}/*`, ({ request }) => answerOrReset(fetch, request))),
    assertNothingUnhandled() {
      if (unhandled.length > 0) throw new Error(`Nobody serves ${unhandled.splice(0).join(", ")}`);
    },
    [Symbol.dispose]() {
      simulator.close(); // its events could go out unmocked
      server.close();
    },
  };
}

async function answerOrReset(
  fetch: (request: Request) => Promise<Response>,
  request: Request,
): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof SimulatedReset) return HttpResponse.error();
    if (request.signal.aborted) return HttpResponse.error();
    throw error;
  }
}
