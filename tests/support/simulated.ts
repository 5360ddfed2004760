/** What the tests of the simulator share; it holds no test. */
import assert from "node:assert/strict";
import {
  createSimulator,
  type Simulator,
  type SimulatorOptions,
} from "../../local/simulator/simulator.ts";

const ORIGIN = "https://wpp.test";
export const USER_JWT = `e30.${btoa('{"sub":"user-1"}').replaceAll("=", "")}.sig`;
export const MESSAGE = { to: "79991112233", text: "Hello" };

/** A simulator on a clock that stands still until it is moved. */
export function still(options: SimulatorOptions = {}) {
  const clock = { seconds: 1_000_000 };
  const simulator = createSimulator({ now: () => clock.seconds * 1000, ...options });
  return { simulator, clock };
}

export function call(
  simulator: Simulator,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  return simulator.fetch(new Request(ORIGIN + path, init));
}

// deno-lint-ignore no-explicit-any -- the tests assert the shape
export async function json(response: Promise<Response>, status = 200): Promise<any> {
  const answered = await response;
  assert.equal(answered.status, status);
  return await answered.json();
}

export function post(simulator: Simulator, path: string, body?: unknown, headers = {}) {
  return call(simulator, path, { method: "POST", body: JSON.stringify(body), headers });
}

export function create(simulator: Simulator, headers = {}, body = {}) {
  const authorization = `Bearer ${USER_JWT}`;
  return json(
    post(simulator, "/api/integrations/wpp/create", body, { authorization, ...headers }),
  );
}

/** A client with a token, and its calls. */
export async function connect(simulator: Simulator) {
  const { apiKey, session } = await create(simulator);
  const { token } = await json(post(simulator, "/auth/token", { apiKey }));
  const headers = { authorization: `Bearer ${token}` };
  return {
    apiKey,
    session,
    token,
    status: () => call(simulator, `/api/accounts/${session}/status`, { headers }),
    qr: () => call(simulator, `/api/accounts/${session}/qr`, { headers }),
    send: (message: unknown = MESSAGE, more = {}) =>
      post(simulator, "/api/messages/text", { account: session, ...message as object }, {
        ...headers,
        ...more,
      }),
  };
}
