import assert from "node:assert/strict";
import { base64url } from "jose";
import { captureConsole } from "./console.ts";
import { SERVER_FUNCTIONS } from "./function_names.ts";
import { JWT_SECRET, userToken } from "./jwt.ts";
import { Outbox } from "./leaks.ts";
import { waitFor } from "./platform_calls.ts";
import { WITH_WEBHOOK } from "./registrations.ts";
import { post } from "./webhook.ts";
import { SECRET_KEY, type World } from "./world.ts";
import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";

/** In every secret that a test can choose. */
export const MARK = "MARKEDsecret";
export const NUMBER = "+79991112233";
export const TEXT = "MARKEDtext of a private message";
const OLD_KEY = base64url.encode(new Uint8Array(32).fill(77));
const NEW_KEY = base64url.encode(new Uint8Array(32).fill(78));
const ENV = { WPP_ENCRYPTION_KEYS: `${NEW_KEY},${OLD_KEY}` };
/** Options of a world whose secrets are marked. */
export const MARKED = { secretPrefix: `${MARK}_`, env: ENV };
/** The same, where the platform is told webhooks. */
export const MARKED_WITH_WEBHOOK = { ...MARKED, env: { ...ENV, ...WITH_WEBHOOK.env } };

/** What a function is called with where an empty body is not enough. */
export const BODIES: Partial<Record<FunctionName, unknown>> = {
  "wpp-create": { name: "Shop" },
  "wpp-send": { to: NUMBER, text: TEXT },
  "wpp-connections": { session: "0000000000001", name: TEXT },
  "wpp-delete": { messageId: "0a4c1c9e-3b0d-4a53-9d0c-9a5f6f3f2b11" },
  "wpp-react": { messageId: "0a4c1c9e-3b0d-4a53-9d0c-9a5f6f3f2b11", emoji: "👍" },
};

/** A signed-in user whose token is marked, and all that comes back to them. */
export class Watch implements Disposable {
  readonly outbox = new Outbox();
  readonly #secrets = new Set([SECRET_KEY, JWT_SECRET, OLD_KEY, NEW_KEY, `${MARK}_`]);
  readonly #console = captureConsole();

  constructor(private readonly world: World) {}

  async signIn(): Promise<string> {
    const token = await userToken({ email: `${MARK}@example.com` });
    this.#note([token]);
    return token;
  }

  /** Calls as the user; what is for the project's own server alone, as that. */
  async call(
    name: FunctionName,
    token: string,
    body: unknown = BODIES[name] ?? {},
  ): Promise<number> {
    const caller = SERVER_FUNCTIONS.includes(name)
      ? { headers: { apikey: SECRET_KEY } }
      : { token };
    return await this.outbox.keep(await this.world.call(name, { ...caller, body }));
  }

  /** Sends a message; what wpp-delete takes to delete it. */
  async send(token: string): Promise<{ messageId: string }> {
    const response = await this.world.call("wpp-send", { token, body: BODIES["wpp-send"] });
    const { messageId } = await response.clone().json();
    assert.equal(await this.outbox.keep(response), 202);
    return { messageId };
  }

  /** The token of the webhook that the platform was told last. */
  async hook(): Promise<string> {
    await waitFor(() => this.#hooks().length > 0, "a webhook");
    return this.#hooks().at(-1)!;
  }

  /** Posts as the platform does, what is no text as JSON. */
  async tell(hook: string, body: unknown): Promise<number> {
    this.#note([hook]);
    return await this.outbox.keep(await post(hook, body));
  }

  #hooks(): string[] {
    return this.world.simulator.requests.filter(({ call }) => call === "webhook")
      .map(({ body }) => new URL(JSON.parse(body).url).searchParams.get("token")!);
  }

  /** Connects a new organization; its session is scanned. */
  async connect(): Promise<string> {
    const token = await this.signIn();
    assert.equal(await this.call("wpp-create", token), 201);
    this.world.simulator.scan(this.world.simulator.clients.at(-1)!.session);
    return token;
  }

  /** Forgets the platform's clients and faults, but none of its secrets. */
  resetPlatform(): void {
    this.#notePlatform();
    this.world.simulator.reset();
  }

  assertNothingLeaked(): void {
    this.outbox.keepLogs(this.#console.lines);
    const { responses, logs } = this.outbox.size;
    assert.ok(responses > 0 && logs >= responses, `${responses} responses, ${logs} log lines`);
    this.#notePlatform();
    assert.ok(this.#secrets.size >= 8, `${this.#secrets.size} secrets`);
    this.outbox.assertFreeOf([...this.#secrets], [NUMBER, NUMBER.slice(1), TEXT]);
  }

  #notePlatform(): void {
    const { clients, requests } = this.world.simulator;
    this.#note(clients.map((one) => one.apiKey));
    this.#note(this.#hooks());
    this.#note(requests.map(({ headers }) => headers.authorization?.replace("Bearer ", "") ?? ""));
  }

  /** A secret, and the claims and the signature of one that is a JWT. */
  #note(secrets: string[]): void {
    for (const secret of secrets.flatMap((one) => [one, ...one.split(".").slice(1)])) {
      if (secret.length >= 12) this.#secrets.add(secret);
    }
  }

  [Symbol.dispose]() {
    this.#console[Symbol.dispose]();
  }
}
