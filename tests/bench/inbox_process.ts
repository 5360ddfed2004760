/**
 * Applies changes to an open inbox of the client in this process, which nothing else runs in, and
 * prints what it took. `deno run --v8-flags=--expose-gc inbox_process.ts CHANGES`
 */
import assert from "node:assert/strict";
import type { QueryResult, SupabaseLike } from "../../client/supabase.ts";
import { type Changes, type Chat, createWppClient } from "../../client/wpp_client.ts";
import { FakeQuery } from "../support/fake_store.ts";
import type { InboxFigures } from "./inbox.ts";
import {
  CHATS_BEFORE,
  lastIdOf,
  MESSAGES_BEFORE,
  OPEN_CHAT,
  type Pace,
  pagesOf,
} from "./inbox_rows.ts";

declare const gc: () => void;

/** A project whose database answers at once, from rows that it makes when it is asked. */
class FakeProject {
  /** Milliseconds that went into making rows. */
  spent = 0;
  /** When the first changes were asked for. */
  startedAt = 0;
  readonly #pages: Generator<Changes>;

  constructor(pages: Generator<Changes>) {
    this.#pages = pages;
  }

  readonly supabase: SupabaseLike = {
    auth: {
      getSession: () => Promise.resolve({ data: { session: { user: { id: "anna" } } } }),
    },
    functions: { invoke: () => Promise.resolve({ data: { connections: [] }, error: null }) },
    schema: () => ({
      from: (table: string) => ({
        select: () => new FakeQuery((query) => answered(this.#select(table, query))),
      }),
      rpc: (_name: string, { since }: { since: number | null }) =>
        new FakeQuery(() => answered(this.#changes(since))),
    }),
  };

  #select(table: string, query: FakeQuery): object[] {
    const rows = table === "messenger_chats" ? CHATS_BEFORE : MESSAGES_BEFORE;
    const { id } = query.equal;
    return query.page([...rows as Chat[]].reverse().filter((row) => id ? row.id === id : true));
  }

  #changes(since: number | null): Changes {
    const nothing = { change: since ?? 0, chats: [], messages: [], more: false, topic: null };
    if (since === null) return nothing;
    const startedAt = performance.now();
    this.startedAt ||= startedAt;
    const page = this.#pages.next().value ?? nothing;
    this.spent += performance.now() - startedAt;
    return page;
  }
}

function answered(data: unknown): Promise<QueryResult> {
  return Promise.resolve({ data, error: null, status: 200 });
}

interface Applied {
  milliseconds: number;
  /** What holds the rows. */
  held: { end?(): void } | undefined;
}

async function applyByInbox(changes: number, pace: Pace): Promise<Applied> {
  const project = new FakeProject(pagesOf(changes, pace));
  const inbox = createWppClient(project.supabase).inbox();
  const until = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      const stop = inbox.subscribe(() => {
        if (!isSo()) return;
        stop();
        resolve();
      });
    });
  await until(() => inbox.getSnapshot().isLoaded);
  await inbox.open(OPEN_CHAT);
  const applied = until(() => inbox.getSnapshot().chats[0]?.last_message?.id === lastIdOf(changes));
  inbox.refresh();
  await applied;
  const milliseconds = performance.now() - project.startedAt - project.spent;
  const { chats, chat } = inbox.getSnapshot();
  assert.equal(chats[0].id, chat!.id); // the last one is of the open chat
  assert.equal(chat!.messages.at(-1)!.id, lastIdOf(changes));
  return { milliseconds, held: { end: inbox.close } };
}

/** The least: the rows by their ids, in no order, and nobody is told. */
function applyBare(changes: number, pace: Pace): Promise<Applied> {
  const chats = new Map(CHATS_BEFORE.slice(-50).map((row) => [row.id, row]));
  const messages = new Map(MESSAGES_BEFORE.slice(-200).map((row) => [row.id, row]));
  let milliseconds = 0;
  for (const page of pagesOf(changes, pace)) {
    const startedAt = performance.now();
    for (const row of page.chats) chats.set(row.id, row);
    for (const row of page.messages) {
      if (row.chat_id === OPEN_CHAT) messages.set(row.id, row);
    }
    milliseconds += performance.now() - startedAt;
  }
  return Promise.resolve({ milliseconds, held: [chats, messages] as object });
}

async function measure(
  apply: (changes: number, pace: Pace) => Promise<Applied>,
  changes: number,
  pace: Pace,
): Promise<InboxFigures["ours"]> {
  letGo(await apply(Math.ceil(changes / 10), pace)); // compiles the code
  const before = await heapMiB();
  const applied = await apply(changes, pace);
  const heldMiB = await heapMiB() - before;
  letGo(applied);
  return { milliseconds: applied.milliseconds, heldMiB, leftMiB: await heapMiB() - before };
}

/** Apart from the caller, whose frame would hold on to what it has called. */
function letGo(applied: Applied): void {
  applied.held?.end?.();
  applied.held = undefined;
}

async function heapMiB(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve)); // lets go of what the last turn has called
  gc();
  return Deno.memoryUsage().heapUsed / 2 ** 20;
}

const changes = Number(Deno.args[0]);
const figures: InboxFigures[] = [];
for (const pace of ["live", "after a pause"] as const) {
  const floor = await measure(applyBare, changes, pace);
  const ours = await measure(applyByInbox, changes, pace);
  figures.push({ pace, changes, ours, floor });
}
console.log(JSON.stringify(figures));
