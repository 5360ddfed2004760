/** What the tests of wpp-webhook share; it holds no test. */
import FakeTimers from "@sinonjs/fake-timers";
import assert from "node:assert/strict";
import { sha256 } from "../../supabase/functions/_shared/wpp/lib/sha256.ts";
import webhook from "../../supabase/functions/wpp-webhook/index.ts";
import type { UserClaims } from "./jwt.ts";
import { type Connected, SUPABASE_URL, type World } from "./world.ts";

const URL_OF_WEBHOOK = `${SUPABASE_URL}/functions/v1/wpp-webhook`;

/** A connection that the platform was told a webhook for. */
export interface Hooked extends Connected {
  hook: string;
}

/** Such a token as a webhook's URL holds: each is new, as an isolate remembers those it has seen. */
export function newToken(): string {
  return (crypto.randomUUID() + crypto.randomUUID()).replaceAll("-", "").slice(0, 43);
}

/** Connects a new organization, and gives its connection a webhook, as its registration does. */
export async function connectHooked(world: World, claims: UserClaims = {}): Promise<Hooked> {
  const connected = await world.connect(claims);
  return { ...connected, hook: await giveWebhook(world, connected.session) };
}

/** Gives a connection a webhook; returns its token. */
export async function giveWebhook(world: World, session: string): Promise<string> {
  const hook = newToken();
  await world.database.query(
    "update messenger_integrations set webhook_digest = $1 where session = $2",
    [sha256(hook), session],
  );
  return hook;
}

/** Posts as the platform does; what is no body yet is sent as JSON. */
export async function post(hook: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  const isBody = typeof body === "string" || body instanceof Uint8Array ||
    body instanceof ReadableStream;
  return await postTo(`?token=${hook}`, {
    ...init,
    body: isBody ? body as BodyInit : JSON.stringify(body),
  });
}

/** The same, with any query and any method. */
export async function postTo(query: string, init: RequestInit = {}): Promise<Response> {
  return await webhook.fetch(new Request(URL_OF_WEBHOOK + query, { method: "POST", ...init }));
}

/** Posts an event that is to be stored. */
export async function tell(hook: string, body: unknown): Promise<void> {
  const response = await post(hook, body);
  assert.deepEqual([response.status, await response.json()], [200, {}]);
}

/** A text of a contact, in the platform's current form, which has no id. */
export function incoming(session: string, more: Record<string, unknown> = {}) {
  const sender = { from: "+79991112233", raw_from: "79991112233@c.us" };
  return { account: session, ...sender, text: "Hello", type: "chat", ...more };
}

/** The same in the older form, whose events have ids. */
export function withId(session: string, id: string) {
  const data = { account: session, from: "+79991112233", text: "Hello" };
  return { id, type: "message.incoming", data };
}

/** Every message, in the order of arrival. */
export const messages = (world: World) =>
  world.database.query("select * from messenger_messages order by organization_id, arrived");

/** What was not understood, or is not in Storage yet. */
export const events = (world: World) =>
  world.database.query(
    "select *, encode(body, 'base64') as base64 from messenger_events order by id",
  ) as Promise<Record<string, string | number | null>[]>;

/** The database functions that were called from now on. */
export function databaseCalls(world: World): () => string[] {
  const from = world.serviceCalls.length;
  return () =>
    world.serviceCalls.slice(from).filter(({ service }) => service === "rest")
      .map(({ path }) => path.split("/").at(-1)!);
}

/** A clock that the test moves; timers run as ever. */
export function fakeDate() {
  const clock = FakeTimers.install({ now: Date.now(), toFake: ["Date"] });
  return { pass: (ms: number) => clock.tick(ms), [Symbol.dispose]: () => clock.uninstall() };
}

/** A body that counts the chunks which were taken of it. */
export class CountedBody {
  taken = 0;
  isCancelled = false;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;

  /** @param chunk The next one; undefined at the end. What it throws breaks the body. */
  constructor(
    chunk: (
      number: number,
    ) => Promise<Uint8Array<ArrayBuffer> | undefined> | Uint8Array<ArrayBuffer> | undefined,
  ) {
    this.stream = new ReadableStream({
      pull: async (controller) => {
        this.taken++;
        const bytes = await chunk(this.taken);
        if (bytes) controller.enqueue(bytes);
        else controller.close();
      },
      cancel: () => void (this.isCancelled = true),
    }, { highWaterMark: 0 });
  }
}
