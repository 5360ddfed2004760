import { quantile } from "./statistics.ts";

/** A call to make over and over. */
export interface Target {
  url: string;
  token: string;
  body: unknown;
  /** What the text of a good answer matches. */
  good: RegExp;
}

/** Calls made in one go; times in milliseconds. */
export interface Batch {
  p50: number;
  p99: number;
  /** Calls a second. */
  throughput: number;
}

/** Makes so many calls, so many of them at once. Throws at the first answer that is not good. */
export async function load(
  target: Target,
  { calls, concurrency }: { calls: number; concurrency: number },
  signal?: AbortSignal,
): Promise<Batch> {
  const latencies: number[] = [];
  let started = 0;
  const work = async () => {
    while (started++ < calls) {
      signal?.throwIfAborted();
      latencies.push(await timeCall(target));
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: concurrency }, work));
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    throughput: calls / seconds,
  };
}

async function timeCall({ url, token, body, good }: Target): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const time = performance.now() - startedAt;
  if (good.test(text)) return time;
  throw new Error(`Cannot measure ${url}: it answered ${response.status} ${text}`);
}
