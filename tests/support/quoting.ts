/** Answers that quote everything which was sent, for the tests of leaks; it holds no test. */
import type { Fault } from "../../local/simulator/simulator.ts";
import { NUMBER, TEXT } from "./watch.ts";
import { SECRET_KEY, type World } from "./world.ts";

/** What the platform could quote to us: all that it was sent. */
function quoting(world: World): unknown {
  const last = world.simulator.requests.at(-1)!;
  const keys = world.simulator.clients.map((one) => one.apiKey);
  return { error: `${last.headers.authorization} ${last.body} ${keys}`, message: NUMBER + TEXT };
}

/** Faults of the platform. */
export function faults(world: World): Fault[] {
  const body = quoting(world);
  const location = `http://wpp.test/?key=${world.simulator.clients.at(-1)?.apiKey}`;
  return [
    ...[400, 401, 403, 404, 409, 422, 500].map((status) =>
      ({ kind: "respond", status, body }) as Fault
    ),
    { kind: "respond", status: 200, body },
    { kind: "respond", status: 200, body: JSON.stringify(body).slice(0, -9) },
    { kind: "respond", status: 302, headers: { location } },
    { kind: "respond", status: 429, body, headers: { "retry-after": "60" } },
    { kind: "respond", status: 503, body, headers: { "retry-after": "60", "x-error": location } },
    { kind: "delay", ms: 1, then: { kind: "respond", status: 500, body } },
    { kind: "hang" },
    { kind: "reset", when: "before" },
    { kind: "reset", when: "after" },
    { kind: "slow-body", ms: 60_000 },
    { kind: "endless-body" },
    { kind: "html", status: 502 },
    { kind: "empty", status: 200 },
    { kind: "truncated" },
    { kind: "wrong-shape", body: { status: 1, qr: 2, taskId: 3, token: [], data: body } },
    { kind: "unsuccessful" },
  ];
}

/** What the database could quote to us. */
export function refusals(world: World): (() => Response)[] {
  const keys = world.simulator.clients.map((one) => one.apiKey);
  const quote = `${SECRET_KEY} ${keys} ${NUMBER} ${TEXT}`;
  const error = (status: number, code: string) => () =>
    Response.json({ code, message: quote, details: `Key (x)=(${quote})`, hint: quote }, { status });
  return [
    error(409, "23505"),
    error(400, "22P02"),
    error(401, "PGRST301"),
    error(403, "42501"),
    error(404, "PGRST205"),
    error(500, "XX000"),
    error(503, "PGRST001"),
    () => new Response(`<html>${quote}</html>`, { status: 502 }),
    () => new Response(`{"message":"${quote}`, { headers: { "content-type": "application/json" } }),
    () => Response.json([{ id: 1, settings: { apiKey: 5, quote } }]),
    () => Response.json({ outcome: quote, integration: { settings: quote } }),
    () => Response.error(),
  ];
}
