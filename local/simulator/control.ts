import type { Simulator } from "./simulator.ts";
import { type Call, CALLS } from "./calls.ts";
import { type Fault, FAULT_KINDS } from "./faults.ts";

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, OPTIONS",
  "access-control-allow-headers": "content-type",
};

/** Whether a path is the simulator's own, not the platform's. */
export function isControl(path: string): boolean {
  return path.startsWith("/simulator/");
}

/** The simulator's controls over HTTP, for other processes and pages. Shows no key and no token. */
export async function control(request: Request, simulator: Simulator): Promise<Response> {
  const order = `${request.method} ${new URL(request.url).pathname}`;
  if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: CORS });
  try {
    if (order !== "GET /simulator/state") obey(order, await input(request), simulator);
    return Response.json(state(simulator), { headers: CORS });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return Response.json({ error: message }, { status: 400, headers: CORS });
  }
}

function obey(order: string, input: Record<string, unknown>, simulator: Simulator): void {
  switch (order) {
    case "POST /simulator/scan":
      return simulator.scan(sessionIn(input, simulator));
    case "POST /simulator/disconnect":
      return simulator.disconnect(sessionIn(input, simulator));
    case "POST /simulator/revoke":
      return revoke(sessionIn(input, simulator), input.what, simulator);
    case "POST /simulator/misbehave":
      return misbehave(input, simulator);
    case "POST /simulator/reset":
      return simulator.reset();
    default:
      throw new Error(`Cannot obey: the simulator knows no ${order}`);
  }
}

function revoke(session: string, what: unknown, simulator: Simulator): void {
  const client = simulator.clients.find((one) => one.session === session);
  if (what === "tokens") simulator.revokeTokens(session);
  else if (what === "key" && client) simulator.revokeKey(client.apiKey);
  else throw new Error('Cannot revoke: what must be "key" or "tokens", of a session that exists');
}

function misbehave(input: Record<string, unknown>, simulator: Simulator): void {
  const { call, fault, times, after } = input as Record<string, never>;
  if (!CALLS.includes(call)) throw new Error(`Cannot misbehave: call is one of ${CALLS}`);
  if (!FAULT_KINDS.includes((fault as Fault | undefined)?.kind as Fault["kind"])) {
    throw new Error(`Cannot misbehave: fault.kind is one of ${FAULT_KINDS}`);
  }
  simulator.misbehave(call as Call, fault as Fault, { times, after });
}

function sessionIn(input: Record<string, unknown>, simulator: Simulator): string {
  const session = input.session ?? simulator.clients.at(-1)?.session;
  if (typeof session !== "string") throw new Error("Cannot choose a session: there is none yet");
  return session;
}

async function input(request: Request): Promise<Record<string, unknown>> {
  const text = await request.text();
  const value = text === "" ? {} : JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new Error("The body is no JSON object");
  return value;
}

function state(simulator: Simulator) {
  return {
    clients: simulator.clients.map(({ apiKey: _, ...shown }) => ({
      ...shown,
      state: simulator.stateOf(shown.session),
    })),
    messages: simulator.messages,
    calls: Object.fromEntries(CALLS.map((call) => [call, simulator.countOf(call)])),
  };
}
