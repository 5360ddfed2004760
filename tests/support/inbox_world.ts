import { install } from "@sinonjs/fake-timers";
import { createWppClient, type Inbox, type InboxOptions } from "../../client/wpp_client.ts";
import type { QueryResult, SessionLike, SupabaseLike } from "../../client/supabase.ts";
import { FakeRealtime } from "./fake_realtime.ts";
import { FakeOrganization, FakeQuery } from "./fake_store.ts";

export const CONNECTION = {
  integrationId: "i1",
  session: "0000000000001",
  name: null,
  status: "connected",
  isPrimary: true,
  phone: null,
  createdAt: "2026-01-01T00:00:00Z",
  webhook: { registeredAt: "2026-01-01T00:00:00Z", lastEventAt: null },
};

/** What wpp-send is given. */
interface SentBody {
  chatId?: string;
  to?: string;
  text: string;
  media?: { path: string; filename: string };
}

/** The client on a supabase-js whose database, functions, channels and clock the test moves. */
export class InboxWorld implements Disposable {
  readonly clock = install({
    now: Date.UTC(2026, 0, 1),
    toFake: ["Date", "setTimeout", "clearTimeout"],
  });
  readonly realtime = new FakeRealtime();
  readonly shop = this.organization("shop");
  /** Whose rows each user reads. */
  readonly members = new Map([["anna", this.shop]]);
  /** What was asked, and when, in seconds since the start. */
  readonly asked: { name: string; at: number }[] = [];
  /** Rejects or answers in place of the database and the functions, where it gives something. */
  fault: (name: string) => QueryResult | undefined = () => undefined;
  connections: object[] = [CONNECTION];
  /** What wpp-send does; it is called when the request has arrived. */
  onSend: (body: SentBody) => Promise<object> = () => Promise.reject(new Error("no sends here"));
  /** How long each answer takes. */
  latencyMs = 10;
  /** Whether commits are told. */
  isTelling = true;
  maxConcurrent = 0;
  #underWay = 0;
  #session: SessionLike | null = null;
  #onAuth = new Set<(event: string, session: SessionLike | null) => void>();

  readonly supabase: SupabaseLike = {
    ...this.realtime.parts,
    auth: {
      getSession: () => Promise.resolve({ data: { session: this.#session } }),
      onAuthStateChange: (callback) => {
        this.#onAuth.add(callback);
        void Promise.resolve().then(() => callback("INITIAL_SESSION", this.#session));
        const unsubscribe = () => void this.#onAuth.delete(callback);
        return { data: { subscription: { unsubscribe } } };
      },
    },
    storage: {
      from: () => ({
        createSignedUploadUrl: (path: string) => {
          this.asked.push({ name: "upload link", at: Math.round(this.clock.now / 10) / 100 });
          return Promise.resolve({ data: { signedUrl: `http://x.test/${path}` }, error: null });
        },
      }),
    },
    functions: { invoke: (name, options) => this.#invoke(name, options?.body) },
    schema: () => ({
      from: (table: string) => ({
        select: () => new FakeQuery((query) => this.#select(table, query)),
      }),
      rpc: (name: string, args: Record<string, unknown>) =>
        new FakeQuery(() => this.#answer(name, (store) => this.#call(store, name, args))),
    }),
  };
  readonly wpp = createWppClient(this.supabase, { sendKeys: memory() });

  constructor({ user = "anna" }: { user?: string | null } = {}) {
    this.#session = user === null ? null : sessionOf(user);
  }

  organization(id: string): FakeOrganization {
    const organization = new FakeOrganization(id);
    organization.onCommit = (change) => this.tell(organization, change);
    return organization;
  }

  tell({ topic }: FakeOrganization, change: number): void {
    if (this.isTelling) this.realtime.push(topic, "change", { change, id: "x" });
  }

  /** An inbox, and every snapshot that its listener saw. */
  async open(options?: InboxOptions): Promise<Inbox> {
    const inbox = this.wpp.inbox(options);
    await this.pass(0.2);
    return inbox;
  }

  /** Another user is signed in, the same one has another token, or nobody is. */
  signIn(user: string | null, event = user ? "SIGNED_IN" : "SIGNED_OUT"): void {
    this.#session = user === null ? null : sessionOf(user);
    for (const callback of [...this.#onAuth]) callback(event, this.#session);
  }

  /** How many listen to the sign-in: none when all is closed. */
  get authListeners(): number {
    return this.#onAuth.size;
  }

  /** Lets time pass, and everything happen that was due. */
  async pass(seconds: number): Promise<void> {
    await this.clock.tickAsync(seconds * 1000);
    for (let i = 0; i < 20; i++) await this.clock.tickAsync(0);
  }

  /** How often something was asked since the last call of `forget`. */
  count(name: string): number {
    return this.asked.filter((one) => one.name === name).length;
  }

  forget(): void {
    this.asked.length = 0;
  }

  get store(): FakeOrganization | undefined {
    return this.#session ? this.members.get(this.#session.user.id) : undefined;
  }

  #select(table: string, query: FakeQuery): Promise<QueryResult> {
    return this.#answer(table, (store) => {
      const { id, chat_id } = query.equal;
      if (table === "messenger_messages") return query.page(store.messagesOf(chat_id!));
      return query.page(store.newestChats.filter((chat) => id === undefined || chat.id === id));
    });
  }

  #call(store: FakeOrganization, name: string, args: Record<string, unknown>): unknown {
    if (name === "messenger_changes_since") return store.changesSince(args.since as number | null);
    const chat = store.chats.get(String(args.chat_id))!;
    const [read_up_to, change] = [Number(args.up_to_change), ++store.change];
    store.chats.set(chat.id, { ...chat, read_up_to, unread_count: 0, change });
    store.onCommit(change);
    return null;
  }

  /** As the database is when the request arrives, and after a while. */
  async #answer(name: string, read: (store: FakeOrganization) => unknown): Promise<QueryResult> {
    this.asked.push({ name, at: Math.round((Date.now() - Date.UTC(2026, 0, 1)) / 10) / 100 });
    this.maxConcurrent = Math.max(this.maxConcurrent, ++this.#underWay);
    const { store } = this;
    const result = this.fault(name) ??
      (store ? { data: structuredClone(read(store)), error: null, status: 200 } : UNAUTHORIZED);
    await new Promise((resolve) => setTimeout(resolve, this.latencyMs));
    this.#underWay--;
    return result;
  }

  async #invoke(name: string, body: unknown) {
    const sent = name === "wpp-send" ? await this.onSend(body as never) : undefined;
    const { data, error } = await this.#answer(
      name,
      () => sent ?? { connections: this.connections },
    );
    return { data, error };
  }

  [Symbol.dispose](): void {
    this.clock.uninstall();
  }
}

const UNAUTHORIZED = { data: null, error: { code: "401", message: "" }, status: 401 };

let tokens = 0;
function sessionOf(user: string): SessionLike {
  return { user: { id: user }, access_token: `token ${++tokens}` };
}

function memory() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}
