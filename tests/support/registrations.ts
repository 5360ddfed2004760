/** What the tests of the webhook's registration share; it holds no test. */
import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";
import { answerOf, listed } from "./numbers.ts";
import { PlatformCalls, waitFor } from "./platform_calls.ts";
import type { World } from "./world.ts";

export const WEBHOOK_URL = "https://project.example.com/functions/v1/wpp-webhook";
/** A world whose functions know where the platform can call them. */
export const WITH_WEBHOOK = { env: { WPP_WEBHOOK_URL: WEBHOOK_URL } };

const MESSAGE = { to: "+79991112233", text: "hello" };

/** The platform as it is told webhooks. */
export class Registrations extends PlatformCalls {
  readonly #world: World;

  constructor(world: World) {
    super(world, /^\/internal\/session\/[^/]+\/webhook$/);
    this.#world = world;
  }

  /** The tokens of all that the platform was told, in their order. */
  get tokens(): string[] {
    return this.requests.map(({ body }) => new URL(body.url).searchParams.get("token")!);
  }

  /** Waits for the nth registration, and until what came of it is written. */
  async noted(count: number): Promise<void> {
    await this.came(count);
    const notes = () =>
      this.#world.serviceCalls.filter(({ path }) => path.endsWith("/messenger_note_webhook"))
        .length;
    await waitFor(() => notes() >= count && this.#world.busy === 0, `note ${count}`);
  }

  /** Connects a new organization, whose webhook the platform is told. */
  async connect(): Promise<{ token: string; session: string }> {
    const before = this.requests.length;
    const connected = await this.#world.connect();
    await this.noted(before + 1);
    return connected;
  }

  /** No further registration is under way. */
  async assertNoneAfter(count: number): Promise<void> {
    for (let turns = 0; turns < 50 || this.#world.busy > 0; turns++) await turn();
    assert.equal(this.requests.length, count);
  }
}

/** Lets so much time pass for all registrations. */
export const pass = (world: World, interval: string) =>
  world.database.query(
    "update messenger_integrations set webhook_due_at = webhook_due_at - $1::text::interval, " +
      "webhook_registered_at = webhook_registered_at - $1::text::interval",
    [interval],
  );

/** When the platform was first told the present webhook. */
export async function registeredAt(world: World, token: string): Promise<string | null> {
  const [connection] = await listed(world, token);
  return (connection as unknown as { webhook: { registeredAt: string | null } }).webhook
    .registeredAt;
}

/** Calls a function that is to succeed; returns its answer. */
export async function succeed(world: World, name: FunctionName, token: string, body?: unknown) {
  const answer = await answerOf(await world.call(name, { token, body }));
  assert.ok(answer.http < 300, `${name} answered ${answer.http} ${answer.code}`);
  return answer;
}

/** Sends a message. */
export const sendOne = (world: World, token: string) => succeed(world, "wpp-send", token, MESSAGE);

/** What a connection's row holds of its webhook. */
export async function webhookRow(world: World, session: string) {
  return await world.row(
    "select id, webhook_digest, webhook_url, webhook_registered_at, webhook_tried_at, " +
      "settings ->> 'webhookToken' as token, " +
      "extract(epoch from webhook_due_at - now())::int as due_in_s " +
      "from messenger_integrations where session = $1",
    session,
  ) as {
    id: string;
    webhook_digest: string | null;
    webhook_url: string | null;
    webhook_registered_at: Date | null;
    token: string | null;
    due_in_s: number | null;
  };
}
