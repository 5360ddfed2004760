/** Organizations share the functions, the database and the platform, and nothing else. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeJwt } from "jose";
import { EMPTY_TABLES } from "../support/emptied.ts";
import { userToken } from "../support/jwt.ts";
import {
  everything,
  identifyingValues,
  insertLegacyRow,
  split,
  type Tenant,
  tenant,
} from "../support/tenants.ts";
import { BODIES } from "../support/bodies.ts";
import { inWorld, type World } from "../support/world.ts";
import { USER_FUNCTIONS } from "../support/function_names.ts";
import { type FunctionName, FUNCTIONS } from "../../supabase/functions/_shared/wpp/contract.ts";

/** Ids that a careless query would take for another's, or for many. */
const organizationId = fc.oneof(
  fc.constantFrom("1", "01", "*", "%", "null", "undefined", "a,b", 'a"b', "a\\", "(a)", "a.b"),
  fc.constantFrom(
    "org",
    "ORG",
    "org  org",
    "org%20",
    "org+",
    "org&select=*",
    "eq.org",
    "o'; --",
  ),
  fc.uuid(),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 })
    .filter((id) => /^[^\p{C}]{1,255}$/u.test(id) && id.trim() === id),
);
const step = fc.record({
  tenant: fc.nat(),
  user: fc.nat(),
  name: fc.constantFrom(...USER_FUNCTIONS, "wpp-send"),
  /** Whose session is asked for. */
  session: fc.constantFrom("none", "own", "foreign", "foreign", "inactive"),
  pick: fc.nat(),
  /** Organizations choose the same keys. */
  key: fc.option(fc.constantFrom("k1", "k2"), { nil: undefined }),
  reconnect: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Model {
  tenants: Tenant[];
  /** Of rows that are switched off: nobody's. */
  inactive: string[];
}

async function populate(world: World, ids: string[], legacy: number[]): Promise<Model> {
  await world.database.exec(EMPTY_TABLES);
  world.simulator.reset();
  const tenants = await Promise.all([...ids, undefined].map(tenant));
  for (const index of legacy) await insertLegacyRow(world, tenants[index % tenants.length]);
  return { tenants, inactive: [await insertLegacyRow(world, tenants[0], false)] };
}

/** Takes one step, and checks that it changed and revealed nothing of any other organization. */
async function take(world: World, step: Step, { tenants, inactive }: Model): Promise<void> {
  const caller = tenants[step.tenant % tenants.length];
  const { token } = caller.users[step.user % caller.users.length];
  const before = split(await everything(world), caller);
  const sessions = (rows: typeof before.own) =>
    [...new Set(rows.map(({ row }) => (row as { session?: string }).session))].filter((session) =>
      session && !inactive.includes(session)
    );
  const own = sessions(before.own);
  const choice = { none: [], own, foreign: sessions(before.foreign), inactive }[step.session];
  const session = choice[step.pick % choice.length];
  const messages = messagesOf(step.session === "own" ? before.own : before.foreign);
  const messageId = messages[step.pick % messages.length] ?? crypto.randomUUID();
  const called = world.simulator.requests.length;

  const response = await ask(world, step, token, { session, messageId });
  const text = await response.text();

  const after = split(await everything(world), caller);
  assert.deepEqual(after.foreign, before.foreign, "changed what is another's");
  const answer = JSON.stringify([...response.headers]) + text;
  const given = JSON.stringify(session ?? "").slice(1, -1);
  for (const value of identifyingValues(before.foreign)) {
    assert.ok(value === given || !answer.includes(value), `${step.name} reveals ${value}`);
  }
  assertOwnCalls(world, called, caller, sessions(after.own) as string[], inactive);
  const inUse = own.filter((one) => connected(before.own).includes(one));
  const usable = ["wpp-disconnect", "wpp-connections"].includes(step.name) ? own : inUse;
  const isOfMessage = ["wpp-delete", "wpp-react"].includes(step.name);
  const isOwn = isOfMessage
    ? messagesOf(before.own).includes(messageId)
    : step.name === "wpp-create" || (session === undefined
      ? step.name === "wpp-connections" || inUse.length > 0
      : usable.includes(session));
  if (isOwn) {
    const several = step.name === "wpp-disconnect" && session === undefined;
    const ended = isOfMessage; // its connection may have been disconnected since
    const others = [409, 422, ...several ? [400] : [], ...ended ? [404] : []];
    assert.ok(response.ok || others.includes(response.status), text);
  } else {
    // A key that the caller's organization used already is judged before the session is looked at.
    const isKeyUsed = step.name === "wpp-send" && keysOf(before.own).includes(step.key);
    assert.equal(response.status, isKeyUsed ? 422 : 404, text);
    await assertLikeNone(world, step, token, response, text);
  }
}

/** The sessions of connections that can be used: those that were disconnected have no key. */
function connected(rows: ReturnType<typeof split>["own"]): unknown[] {
  return rows.map(({ row }) => row as { session?: string; settings?: Record<string, string> })
    .filter(({ settings }) => settings?.apiKey ?? settings?.wppApiKey)
    .map(({ session }) => session);
}

function messagesOf(rows: ReturnType<typeof split>["own"]): string[] {
  return rows.map(({ row }) => row as { id: string; recipient?: string })
    .filter(({ recipient }) => recipient !== undefined).map(({ id }) => id);
}

function keysOf(rows: ReturnType<typeof split>["own"]): unknown[] {
  return rows.map(({ row }) => (row as { idempotency_key?: string }).idempotency_key ?? undefined)
    .filter((key) => key !== undefined);
}

/** What a step is about. */
interface Subject {
  session?: string;
  messageId: string;
}

function ask(
  world: World,
  step: Step,
  token: string,
  { session, messageId }: Subject,
): Promise<Response> {
  const { name, key, reconnect } = step;
  const bodies: Partial<Record<FunctionName, object>> = {
    "wpp-create": reconnect ? { reconnect } : {},
    "wpp-send": { session, to: "+79991112233", text: `Hello ${step.pick % 2}` },
    "wpp-connections": session === undefined
      ? undefined
      : { session, name: `Name ${step.pick % 3}` },
    "wpp-delete": { messageId },
    "wpp-react": { messageId, emoji: "👍" },
  };
  const body = name in bodies ? bodies[name] : { session };
  const headers: Record<string, string> = key === undefined ? {} : { "idempotency-key": key };
  return world.call(name, { token, body, headers });
}

/** What went to the platform went as the caller's organization. */
function assertOwnCalls(
  world: World,
  called: number,
  caller: Tenant,
  sessions: string[],
  inactive: string[],
): void {
  const { clients, requests } = world.simulator;
  const subs = caller.users.map(({ sub }) => sub);
  const keys = clients.filter((one) => sessions.includes(one.session)).map((one) => one.apiKey);
  for (const { call, path, body, headers } of requests.slice(called)) {
    const sent = body === "" ? {} : JSON.parse(body);
    if (call === "create") {
      const { sub } = decodeJwt(headers.authorization.replace("Bearer ", ""));
      assert.ok(sub && subs.includes(sub), "created as another's user");
    } else if (call === "token") assert.ok(keys.includes(sent.apiKey), "used another's key");
    else {
      const named = decodeURIComponent(path.split("/")[3]);
      const message = world.simulator.messages.find(({ taskId }) => taskId === named);
      const session = call === "send" ? sent.account : call === "delete" ? message?.session : named;
      assert.ok(
        sessions.includes(session) && !inactive.includes(session),
        "used another's session",
      );
    }
  }
}

/** The answer is, byte for byte, the one for a session that never existed. */
async function assertLikeNone(
  world: World,
  step: Step,
  token: string,
  response: Response,
  text: string,
): Promise<void> {
  const nobodys = { session: "9999999999999", messageId: crypto.randomUUID() };
  const none = await ask(world, step, token, nobodys);
  assert.deepEqual(stripped(response, text), stripped(none, await none.text()));
}

function stripped(response: Response, text: string) {
  const headers = [...response.headers].filter(([name]) => name !== "x-request-id");
  const id = response.headers.get("x-request-id")!;
  return { status: response.status, headers, text: text.replace(id, "") };
}

inWorld("no call reads, changes or reveals what is another organization's", async (world) => {
  const ids = fc.uniqueArray(organizationId, { minLength: 2, maxLength: 4 });
  const legacy = fc.array(fc.nat(4), { maxLength: 3 });
  const steps = fc.array(step, { minLength: 8, maxLength: 16 });
  await fc.assert(
    fc.asyncProperty(ids, legacy, steps, async (ids, legacy, steps) => {
      const model = await populate(world, ids, legacy);
      for (const step of steps) await take(world, step, model);
    }),
    { numRuns: 12, endOnFailure: true },
  );
});

for (const name of USER_FUNCTIONS) {
  inWorld(`${name} refuses an organization in the request as an unknown field`, async (world) => {
    const other = await tenant("other");
    await insertLegacyRow(world, other);
    const token = await userToken();
    const valid = name === "wpp-connections" ? { session: "1", name: "x" } : BODIES[name];
    for (const field of ["organization_id", "organizationId", "organization", "app_metadata"]) {
      const body = { ...valid, [field]: "other" };
      const responses = [await world.call(name, { token, body })];
      if ((FUNCTIONS[name].methods as readonly string[]).includes("GET")) {
        const query = `?${field}=other`;
        responses.push(await world.call(name, { token, method: "GET", query }));
      }
      for (const response of responses) {
        assert.equal(response.status, 400);
        assert.deepEqual((await response.json()).error.fields, { [field]: "Unknown field" });
      }
    }
    assert.deepEqual(world.serviceCalls, []);
  });
}

inWorld("an idempotency key of one organization is free in another", async (world) => {
  const tenants = [await tenant("one"), await tenant("two")];
  for (const owner of tenants) await insertLegacyRow(world, owner);
  const sent = [];
  for (const { users } of [...tenants, ...tenants]) {
    const body = { to: "+79991112233", text: "Hello" };
    const headers = { "idempotency-key": "k1" };
    const response = await world.call("wpp-send", { token: users[0].token, body, headers });
    assert.equal(response.status, 202);
    sent.push((await response.json()).messageId);
  }
  assert.deepEqual(sent.slice(2), sent.slice(0, 2)); // replayed to each its own
  assert.equal(new Set(sent).size, 2);
  assert.equal(world.simulator.messages.length, 2);
});
