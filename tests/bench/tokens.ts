/** How many tokens are exchanged when calls spread over processes and over a token's lifetime. */
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { grown } from "./backend.ts";
import type { Contestant } from "./cases.ts";
import { addCaller, type Running, start, type StartOptions } from "./contestants.ts";
import { call } from "./load.ts";
import type { Size } from "./size.ts";
import { table } from "./table.ts";

const PROCESSES = 4;
/** Seconds that a token lives here. */
const LIFETIME = 6;
/** Milliseconds between two calls: a thousand take longer than a token lives. */
const EVERY = 10;

export interface TokenFigures {
  contestant: Contestant;
  calls: number;
  seconds: number;
  exchanges: number;
  /** Answers other than the session's state. */
  wrong: number;
}

export async function measureTokens(
  options: StartOptions,
  { tokenCalls }: Size,
  signal: AbortSignal,
): Promise<TokenFigures[]> {
  await options.backend.order({ tokenLifetime: LIFETIME });
  const figures: TokenFigures[] = [];
  for (const contestant of ["ours", "usual"] as const) {
    figures.push(await measureContestant(contestant, options, tokenCalls, signal));
  }
  await options.backend.order({ tokenLifetime: 3600 });
  return figures;
}

async function measureContestant(
  contestant: Contestant,
  { backend, deno }: StartOptions,
  calls: number,
  signal: AbortSignal,
): Promise<TokenFigures> {
  await using started = new AsyncDisposableStack();
  const organization = await addCaller("wpp-status", backend);
  const starting = Array.from(
    { length: PROCESSES },
    () => start(contestant, "wpp-status", { backend, deno, organization }),
  );
  const runners = (await Promise.all(starting)).map((one) => started.use(one));
  const { counts } = await backend.order({});
  const startedAt = performance.now();
  const answers = await callSteadily(runners, calls, signal);
  const seconds = (performance.now() - startedAt) / 1000;
  const { token: exchanges = 0 } = grown(counts, (await backend.order({})).counts);
  const wrong = answers.filter(({ isGood }) => !isGood).length;
  return { contestant, calls, seconds, exchanges, wrong };
}

/** Calls the processes in turn, at an even pace, whether answers have come or not. */
async function callSteadily(runners: Running[], calls: number, signal: AbortSignal) {
  const startedAt = performance.now();
  const answers = Array.from({ length: calls }, async (_, index) => {
    await sleep(Math.max(0, startedAt + index * EVERY - performance.now()), signal);
    return await call(runners[index % runners.length].target);
  });
  return await Promise.all(answers);
}

export function showTokens(figures: TokenFigures[]): string {
  return table(
    [
      `wpp-status, ${PROCESSES} processes, tokens live ${LIFETIME} s`,
      "calls",
      "within s",
      "exchanges",
      "wrong answers",
    ],
    figures.map(({ contestant, calls, seconds, exchanges, wrong }) => [
      contestant,
      ...[calls, Math.round(seconds), exchanges, wrong].map(String),
    ]),
  );
}
