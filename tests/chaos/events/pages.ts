import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Inbox } from "../../../client/inbox.ts";
import { createWppClient } from "../../../client/wpp_client.ts";
import { DEVELOPMENT_KEYS } from "../../../local/development_keys.ts";
import { SimulatedReset } from "../../../local/simulator/misbehaviour.ts";
import { sleep } from "../../../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { Intercept } from "../backend.ts";
import { chance } from "../random.ts";
import type { Observer } from "../observer.ts";
import { type Organization, ORGANIZATIONS, signInTo } from "./organizations.ts";

/** Of a hundred requests of a page, while it is to be troubled. */
const FAILING_READS = 5;
/** In which a page must show what the database has, once its channel is joined again. */
const SETTLING_MS = 30_000;
const POLL_MS = 100;

/** Members whose pages hold an inbox, with the real client: of two organizations, to spare time. */
export class Pages implements AsyncDisposable {
  /** Whether requests fail now and then. */
  active = true;
  readonly #pages: Page[];
  readonly #seed: number;
  #requests = 0;

  constructor(seed: number, supabaseUrl: string) {
    this.#seed = seed;
    const [first, second] = [ORGANIZATIONS[0], ORGANIZATIONS.at(-2)!];
    this.#pages = [first, second].map((one) => new Page(one, supabaseUrl));
  }

  get organizations(): Organization[] {
    return this.#pages.map(({ organization }) => organization);
  }

  isFor({ headers }: Request): boolean {
    return headers.get("apikey") === DEVELOPMENT_KEYS.publishableKey;
  }

  readonly intercept: Intercept = async (_, work) => {
    const at = this.active ? chance(this.#seed, "page", this.#requests++) * 100 : Infinity;
    if (at < FAILING_READS / 2) throw new SimulatedReset();
    if (at < FAILING_READS) return new Response("<h1>Bad gateway</h1>", { status: 502 });
    return await work();
  };

  /** Opens a chat on each page, where there is one and none is open. */
  openChats(): void {
    for (const page of this.#pages) page.openChat();
  }

  /** As browsers do when the network is back: a channel that ended twice in a row waits for minutes else. */
  comeOnline(): void {
    dispatchEvent(new Event("online"));
  }

  /** Where a page shows other rows than the database has, once nothing troubles it any more. */
  async differences(observer: Observer): Promise<string[]> {
    const deadline = performance.now() + SETTLING_MS;
    for (;;) {
      const wrong = (await Promise.all(this.#pages.map((one) => one.differences(observer)))).flat();
      if (wrong.length === 0 || performance.now() > deadline) return wrong;
      await sleep(POLL_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#pages.map((page) => page.close()));
  }
}

class Page {
  readonly organization: Organization;
  readonly #client: SupabaseClient;
  readonly #inbox: Inbox;

  constructor(organization: Organization, supabaseUrl: string) {
    this.organization = organization;
    this.#client = createClient(supabaseUrl, DEVELOPMENT_KEYS.publishableKey, {
      accessToken: () => signInTo(organization, 1),
      realtime: { reconnectAfterMs: () => 100 },
      global: { fetch: withoutFunctions },
    });
    this.#inbox = createWppClient(this.#client).inbox();
  }

  openChat(): void {
    const { chat, chats } = this.#inbox.getSnapshot();
    if (!chat && chats.length > 0) void this.#inbox.open(chats[0].id);
  }

  async differences(observer: Observer): Promise<string[]> {
    const { name, stored } = this.organization;
    const { channel, chats, chat, problem } = this.#inbox.getSnapshot();
    const state = problem ? [`the page of ${name} has a problem: ${problem.code}`] : [];
    if (channel !== "live") state.push(`the page of ${name} is ${channel}`);
    const all = await observer.query(
      `select id, change::integer from public.messenger_chats where organization_id = $1
       order by last_message_at desc nulls last, id`,
      [stored],
    );
    const messages = await observer.query(
      `select id, change::integer from public.messenger_messages where chat_id = $1
       order by sent_at desc, arrived desc limit ${chat?.messages.length ?? 0}`,
      [chat?.id ?? NO_CHAT],
    );
    return [
      ...state,
      ...isSame(all, chats) ? [] : [`the page of ${name} shows other chats than there are`],
      ...isSame(messages.reverse(), chat?.messages ?? [])
        ? []
        : [`the page of ${name} shows other messages than there are`],
      ...chat?.messages.length ? [] : [`the page of ${name} has opened no chat`],
    ];
  }

  async close(): Promise<void> {
    this.#inbox.close();
    await this.#client.realtime.disconnect();
  }
}

const NO_CHAT = "00000000-0000-4000-8000-000000000000";

type Numbered = { id?: unknown; change?: unknown };

/** Each write of a row gives it another number. */
function isSame(rows: Numbered[], others: Numbered[]): boolean {
  const written = (all: Numbered[]) => all.map(({ id, change }) => `${id} ${change}`).join();
  return written(rows) === written(others);
}

/** A page asks for its connections, too, of a function that does not run here. */
function withoutFunctions(input: URL | Request | string, init?: RequestInit): Promise<Response> {
  if (!String(input).includes("/functions/v1/")) return fetch(input, init);
  return Promise.resolve(Response.json({ connections: [] }));
}
