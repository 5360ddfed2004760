/**
 * The simulator's controls over HTTP, for curl and for other processes (docs/simulator.md).
 * No answer holds a key or a token.
 */
import { z } from "zod";
import { bodyProblems } from "../body_problems.ts";
import { DELETION, EVENT_SETTINGS, INCOMING, PHONE_WRITES, REACTION } from "./event_controls.ts";
import { FAULT } from "./fault_schema.ts";
import { CALLS } from "./calls.ts";
import type { SentMessage, Simulator } from "./simulator.ts";

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, OPTIONS",
  "access-control-allow-headers": "content-type",
};

/** Left out, a session is the one that was created last. */
const SESSION = z.strictObject({ session: z.string().optional() });
const REVOCATION = SESSION.extend({ what: z.enum(["key", "tokens"]) });
const MISBEHAVIOUR = z.strictObject({
  call: z.enum(CALLS),
  fault: FAULT,
  times: z.int().min(1).optional(),
  after: z.int().min(0).optional(),
});
const NOTHING = z.strictObject({});

/**
 * What each control does with its input, by method and path. Each then answers the state; those that
 * cause one event do so when its delivery has ended.
 */
export const CONTROLS: Record<string, (simulator: Simulator, input: unknown) => unknown> = {
  "GET /simulator/state": () => {},
  "POST /simulator/scan": (simulator, input) => {
    const { session } = parse(SESSION, input);
    simulator.scan(clientOf(simulator, session).session);
  },
  "POST /simulator/disconnect": (simulator, input) => {
    const { session } = parse(SESSION, input);
    simulator.disconnect(clientOf(simulator, session).session);
  },
  "POST /simulator/revoke": (simulator, input) => {
    const { session, what } = parse(REVOCATION, input);
    const client = clientOf(simulator, session);
    if (what === "tokens") simulator.revokeTokens(client.session);
    else simulator.revokeKey(client.apiKey);
  },
  "POST /simulator/misbehave": (simulator, input) => {
    const { call, fault, ...repetition } = parse(MISBEHAVIOUR, input);
    simulator.misbehave(call, fault, repetition);
  },
  "POST /simulator/incoming": (simulator, input) => {
    const { session, ...message } = parse(INCOMING, input);
    return simulator.incoming({ ...message, session: clientOf(simulator, session).session });
  },
  "POST /simulator/phone-writes": (simulator, input) => {
    const { session, ...writing } = parse(PHONE_WRITES, input);
    return simulator.phoneWrites({ ...writing, session: clientOf(simulator, session).session });
  },
  "POST /simulator/reaction": (simulator, input) => {
    const { session, messageId, emoji } = parse(REACTION, input);
    return simulator.reaction(clientOf(simulator, session).session, messageId, emoji);
  },
  "POST /simulator/deletion": (simulator, input) => {
    const { session, messageId } = parse(DELETION, input);
    return simulator.deletion(clientOf(simulator, session).session, messageId);
  },
  "POST /simulator/forget-webhooks": (simulator, input) => {
    parse(NOTHING, input);
    simulator.forgetWebhooks();
  },
  "POST /simulator/settings": (simulator, input) => {
    Object.assign(simulator.settings, parse(EVENT_SETTINGS, input));
  },
  "POST /simulator/reset": (simulator, input) => {
    parse(NOTHING, input);
    simulator.reset();
  },
};

/** Whether a request is for the simulator itself, not for the platform that it plays. */
export function isControl(request: Request): boolean {
  return new URL(request.url).pathname.startsWith("/simulator/");
}

/** Does what the request asks for. A request that cannot be obeyed is answered 400, and why. */
export async function control(request: Request, simulator: Simulator): Promise<Response> {
  if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: CORS });
  try {
    const route = `${request.method} ${new URL(request.url).pathname}`;
    if (!Object.hasOwn(CONTROLS, route)) {
      throw new Error(`There is no ${route}, but ${Object.keys(CONTROLS).join(", ")}`);
    }
    await CONTROLS[route](simulator, await readJson(request));
    return Response.json(stateOf(simulator), { headers: CORS });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return Response.json({ error: message }, { status: 400, headers: CORS });
  }
}

/** The body as JSON; no body counts as an empty object. */
async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw new Error("Cannot read the body: it is not JSON");
  }
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const { success, data, error } = schema.safeParse(input);
  if (success) return data;
  throw new Error(bodyProblems(error));
}

function clientOf({ clients }: Simulator, session: string | undefined) {
  if (clients.length === 0) throw new Error("There is no session yet: call wpp-create first");
  if (session === undefined) return clients.at(-1)!;
  const client = clients.find((one) => one.session === session);
  if (!client) throw new Error(`There is no session ${session}`);
  return client;
}

/** Without the bytes, and without the URL, which opens the file to anybody. */
function shown({ media, ...message }: SentMessage) {
  if (!media) return message;
  const { mimetype, filename, bytes } = media;
  return { ...message, media: { mimetype, filename, size: bytes.length } };
}

function stateOf(simulator: Simulator) {
  return {
    clients: simulator.clients.map(({ apiKey: _, ...shown }) => ({
      ...shown,
      state: simulator.stateOf(shown.session),
      webhook: simulator.webhookOf(shown.session),
    })),
    messages: simulator.messages.map(shown),
    reactions: simulator.reactions,
    events: simulator.events,
    calls: Object.fromEntries(CALLS.map((call) => [call, simulator.countOf(call)])),
  };
}
