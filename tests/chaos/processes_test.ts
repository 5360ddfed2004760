/** One token, many isolates: what separate processes of the functions know of it, and when. */
import assert from "node:assert/strict";
import { route } from "../../local/simulator/calls.ts";
import type { Backend } from "./backend.ts";
import { type Answer, call } from "./call.ts";
import { wordOf } from "./documented.ts";
import type { Fleet, Slot } from "./fleet.ts";
import { inProcesses } from "./processes.ts";
import { signIn } from "./users.ts";

const FOUR = ["wpp-status", "wpp-status", "wpp-qr", "wpp-send"] as const;

/** A connected organization, four processes that know nothing of it yet, and what each exchanged. */
async function start(backend: Backend, fleet: Fleet) {
  const { token } = await signIn(1);
  const create = await fleet.add("wpp-create");
  assert.equal((await call(fleet, create, { token })).status, 201);
  backend.simulator.scan(backend.simulator.clients[0].session);
  assert.equal(backend.simulator.countOf("token"), 0);
  const exchanges = countExchanges(backend);
  const slots = await Promise.all(FOUR.map((name, index) => add(backend, fleet, name, index)));
  return { token, create, slots, exchanges };
}

/** A process that reaches the platform under a path of its own, by which it is known. */
function add({ platformUrl }: Backend, fleet: Fleet, name: typeof FOUR[number], index: number) {
  return fleet.add(name, { WPP_BASE_URL: `${platformUrl}/process-${index}` });
}

function countExchanges(backend: Backend): Map<string, number> {
  const counts = new Map<string, number>();
  backend.onPlatform = async (request, work) => {
    const url = new URL(request.url);
    const process = /^\/process-\d+/.exec(url.pathname)?.[0] ?? "";
    url.pathname = url.pathname.slice(process.length);
    if (route(request.method, url.pathname).call === "token") {
      counts.set(process, (counts.get(process) ?? 0) + 1);
    }
    const { method, headers } = request;
    const body = method === "GET" ? null : await request.text();
    return await work(new Request(url, { method, headers, body }));
  };
  return counts;
}

/** A token that another process has got. */
async function exchange({ simulator, platformUrl }: Backend): Promise<string> {
  const body = JSON.stringify({ apiKey: simulator.clients[0].apiKey });
  const response = await fetch(`${platformUrl}/auth/token`, { method: "POST", body });
  return (await response.json()).token;
}

/** So many calls at once, an equal part of them to each process. */
async function callAll(fleet: Fleet, slots: Slot[], token: string, count = slots.length) {
  return await Promise.all(Array.from({ length: count }, (_, index): Promise<Answer> => {
    const slot = slots[index % slots.length];
    const body = slot.name === "wpp-send" ? { to: "+79991112233", text: `message ${index}` } : {};
    return call(fleet, slot, { token, body });
  }));
}

function wordsOf(answers: Answer[]): string[] {
  return [...new Set(answers.map(wordOf))].sort();
}

inProcesses(
  "WppAccess exchanges once a process when 200 cold calls come to four, and not in a fifth",
  async (backend, fleet) => {
    const { token, slots, exchanges } = await start(backend, fleet);
    const answers = await callAll(fleet, slots, token, 200);
    assert.deepEqual(wordsOf(answers), ["200", "202"]);
    assert.equal(backend.simulator.messages.length, 50);
    assert.ok(exchanges.size >= 1);
    for (const [process, count] of exchanges) assert.equal(count, 1, process);
    exchanges.clear();
    const fifth = await add(backend, fleet, "wpp-status", 5);
    assert.deepEqual(wordsOf(await callAll(fleet, [fifth], token, 20)), ["200"]);
    assert.equal(exchanges.size, 0);
  },
);

inProcesses(
  "WppAccess gets over a revoked token within one call in each process",
  async (backend, fleet) => {
    const { token, slots, exchanges } = await start(backend, fleet);
    await callAll(fleet, slots, token, 40);
    exchanges.clear();
    backend.simulator.revokeTokens();
    assert.deepEqual(wordsOf(await callAll(fleet, slots, token, 200)), ["200", "202"]);
    for (const [process, count] of exchanges) assert.equal(count, 1, process);
    const before = backend.simulator.requests.length;
    assert.deepEqual(wordsOf(await callAll(fleet, slots, token)), ["200", "202"]);
    const calls = backend.simulator.requests.slice(before).map((request) => request.call).sort();
    // wpp-qr asks for the status too: a connected session has no code.
    assert.deepEqual(calls, ["qr", "send", "status", "status", "status"]);
  },
);

inProcesses(
  "WppAccess gets over two revoked tokens within one call when the second came from the row",
  async (backend, fleet) => {
    const { simulator, database } = backend;
    const { token, slots: [slot] } = await start(backend, fleet);
    await call(fleet, slot, { token });
    const { onPlatform } = backend;
    const [sent, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    backend.onPlatform = async (request, work) => {
      backend.onPlatform = onPlatform;
      sent.resolve();
      await release.promise;
      return await onPlatform(request, work);
    };
    const held = call(fleet, slot, { token });
    await sent.promise;
    simulator.settings.tokenLifetime = 7200;
    await database.query(
      `update public.messenger_integrations
       set access_token = $1, access_token_expires_at = now() + interval '2 hours'`,
      [await exchange(backend)],
    );
    assert.equal(wordOf(await call(fleet, slot, { token })), "200");
    simulator.revokeTokens();
    const exchanged = simulator.countOf("token");
    release.resolve();
    assert.equal(wordOf(await held), "200");
    assert.equal(simulator.countOf("token"), exchanged + 1);
  },
);

inProcesses(
  "WppAccess notices a revoked and then a renewed key within one call in each process",
  async (backend, fleet) => {
    const { simulator } = backend;
    const { token, create, slots } = await start(backend, fleet);
    await callAll(fleet, slots, token, 40);
    const [old] = simulator.clients;
    // The refusal of a key that has just been made is taken for a delay.
    await backend.database.exec(
      "update public.messenger_integrations set api_key_issued_at = now() - interval '1 hour'",
    );
    simulator.revokeKey(old.apiKey);
    simulator.revokeTokens();
    assert.deepEqual(wordsOf(await callAll(fleet, slots, token)), ["409 reconnect_required"]);
    const renewed = await call(fleet, create, { token, body: { reconnect: true } });
    assert.equal(renewed.status, 201);
    const { session } = renewed.body as { session: string };
    assert.notEqual(session, old.session);
    simulator.scan(session);
    const before = simulator.requests.length;
    const answers = await callAll(fleet, slots, token);
    assert.deepEqual(wordsOf(answers), ["200", "202"]);
    for (const { body } of answers) assert.equal((body as { session: string }).session, session);
    const after = simulator.requests.slice(before);
    assert.ok(!after.some(({ body, path }) => `${path} ${body}`.includes(old.apiKey)));
    assert.ok(!after.some(({ body, path }) => `${path} ${body}`.includes(old.session)));
  },
);
