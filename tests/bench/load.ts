import { quantile } from "./statistics.ts";

/** A call to make over and over. */
export interface Target {
  url: string;
  token: string;
  /** Left out, it is a GET. */
  body?: unknown;
  /** What the text of a good answer matches. */
  good: RegExp;
  /** Where the calls are spread: each takes the next. Left out, all are alike. */
  variants?: readonly { url: string; body: unknown }[];
}

/** Calls made in one go; times in milliseconds. */
export interface Batch {
  p50: number;
  p99: number;
  /** Calls a second. */
  throughput: number;
}

/** What one call came to. */
export interface Answer {
  status: number;
  text: string;
  isGood: boolean;
  milliseconds: number;
}

/** Makes so many calls, so many of them at once. Throws at the first answer that is not good. */
export async function load(
  target: Target,
  { calls, concurrency }: { calls: number; concurrency: number },
  signal?: AbortSignal,
): Promise<Batch> {
  const latencies: number[] = [];
  const { variants = [{}] } = target;
  let started = 0;
  const work = async () => {
    while (started < calls) {
      signal?.throwIfAborted();
      const variant = variants[started++ % variants.length];
      const { isGood, status, text, milliseconds } = await call({ ...target, ...variant });
      if (!isGood) throw new Error(`Cannot measure ${target.url}: it answered ${status} ${text}`);
      latencies.push(milliseconds);
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

/** Makes one call, as supabase-js makes it. */
export async function call({ url, token, body, good }: Target): Promise<Answer> {
  const startedAt = performance.now();
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const milliseconds = performance.now() - startedAt;
  return { status: response.status, text, isGood: good.test(text), milliseconds };
}
