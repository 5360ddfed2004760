/**
 * How fast files come in and go out, beside a bare copy of the same bytes: one upload to the same
 * Storage, or one download from it, or both where both are unavoidable.
 */
import { createClient } from "@supabase/supabase-js";
import { createWppClient, type WppClient } from "../../client/wpp_client.ts";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import type { Backend } from "./backend.ts";
import { start, type StartOptions } from "./contestants.ts";
import { fileOf, incomingFile, shownSize, type SizedFile } from "./media_files.ts";
import { addOrganizations, type Organization } from "./organizations.ts";
import type { Size } from "./size.ts";
import { errorOfMedian, median, ratios } from "./statistics.ts";
import { fixed, table, withError } from "./table.ts";

const OPERATIONS = [
  "in: `wpp-webhook`, beside an upload",
  "out: the client's `sendFile`, beside an upload and a download",
  "out: `wpp-send` of a file in Storage, beside a download",
] as const;
type Operation = typeof OPERATIONS[number];

/** One way of a file of one size. */
interface Way {
  operation: Operation;
  bytes: number;
  ours(): Promise<unknown>;
  floor(): Promise<unknown>;
}

export interface MediaFigures {
  operation: Operation;
  bytes: number;
  /** Milliseconds of one file. */
  ours: number;
  floor: number;
  /** The median of the ratios, pair by pair, and by how much it may be off. */
  oursOfFloor: number;
  error?: number;
}

export async function measureMedia(
  { backend, deno }: StartOptions,
  { fileBytes, fileRounds }: Size,
  signal: AbortSignal,
): Promise<MediaFigures[]> {
  const [organization] = await addOrganizations(backend, 1, { connected: true });
  const options = { backend, deno, organization, warmUp: 20 };
  await using webhook = await start("ours", "wpp-webhook", options);
  await using send = await start("ours", "wpp-send", options);
  const wpp = clientOf(backend, organization, send.process.origin);
  const place = { backend, organization, wpp, webhookUrl: webhook.target.url };
  const figures: MediaFigures[] = [];
  for (const bytes of fileBytes) {
    const before = await countStored(backend, organization, bytes);
    const ways = waysOf(fileOf(bytes), place);
    for (const way of ways) figures.push(await measureWay(way, fileRounds, signal));
    const stored = await countStored(backend, organization, bytes) - before;
    const expected = ways.length * (fileRounds + 1);
    if (stored !== expected) throw new Error(`Cannot measure: ${stored} of ${expected} files came`);
  }
  return figures;
}

/** Each in turn, the other one first each time; the first pair warms up. */
async function measureWay(
  { operation, bytes, ours, floor }: Way,
  rounds: number,
  signal: AbortSignal,
): Promise<MediaFigures> {
  const times = { ours: [] as number[], floor: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    signal.throwIfAborted();
    const pair = [["ours", ours], ["floor", floor]] as const;
    for (const [name, run] of round % 2 === 0 ? pair : pair.toReversed()) {
      const startedAt = performance.now();
      await run();
      if (round >= 0) times[name].push(performance.now() - startedAt);
    }
  }
  const quotients = ratios(times.ours, times.floor);
  return {
    ...{ operation, bytes, ours: median(times.ours), floor: median(times.floor) },
    ...{ oursOfFloor: median(quotients), error: errorOfMedian(quotients) },
  };
}

interface Place {
  backend: Backend;
  organization: Organization;
  wpp: WppClient;
  webhookUrl: string;
}

function waysOf(file: SizedFile, { backend, organization, wpp, webhookUrl }: Place): Way[] {
  const { bytes: { length: bytes }, mimetype, filename } = file;
  const body = incomingFile(organization.session, file);
  const storage = new BareStorage(backend, organization);
  let path: Promise<string> | undefined;
  // When it is wanted: Storage lets go of what was stored long before. The first pair warms up.
  const stored = () => path ??= storage.upload(file);
  const to = "+79991112233";
  const sent = new File([file.bytes], filename, { type: mimetype });
  return [{
    ...{ operation: OPERATIONS[0], bytes },
    ours: () => postEvent(webhookUrl, body),
    floor: () => storage.upload(file),
  }, {
    ...{ operation: OPERATIONS[1], bytes },
    ours: () => wpp.sendFile(sent, { to, idempotencyKey: crypto.randomUUID() }),
    floor: async () => await storage.download(await storage.upload(file), bytes),
  }, {
    ...{ operation: OPERATIONS[2], bytes },
    ours: async () => {
      const media = { path: await stored() };
      await wpp.send({ to, media }, { idempotencyKey: crypto.randomUUID() });
    },
    floor: async () => await storage.download(await stored(), bytes),
  }];
}

async function postEvent(url: string, body: string): Promise<void> {
  const response = await fetch(url, { method: "POST", body });
  const text = await response.text();
  if (text !== "{}") throw new Error(`Cannot measure wpp-webhook: it answered ${text}`);
}

/** One request to Storage for each copy, and its answer's status looked at. */
class BareStorage {
  readonly #url: string;
  readonly #folder: string;
  readonly #headers = {
    apikey: DEVELOPMENT_KEYS.secretKey,
    authorization: `Bearer ${DEVELOPMENT_KEYS.secretKey}`,
  };

  constructor({ supabaseUrl }: Backend, { organizationId }: Organization) {
    this.#url = `${supabaseUrl}/storage/v1/object/messenger-media`;
    this.#folder = `${organizationId}/bare`;
  }

  async upload({ bytes, mimetype, filename }: SizedFile): Promise<string> {
    const path = `${this.#folder}/${crypto.randomUUID()}/${filename}`;
    const headers = { ...this.#headers, "content-type": mimetype };
    const init = { method: "POST", headers, body: bytes };
    const response = await fetch(`${this.#url}/${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`Cannot upload: ${response.status} ${text}`);
    return path;
  }

  async download(path: string, bytes: number): Promise<void> {
    const response = await fetch(`${this.#url}/${path}`, { headers: this.#headers });
    const { byteLength } = await response.arrayBuffer();
    if (byteLength !== bytes) throw new Error(`Cannot download: ${response.status}`);
  }
}

/** A client whose calls go to the process of the one function that it calls. */
function clientOf({ supabaseUrl }: Backend, { token }: Organization, origin: string): WppClient {
  const supabase = createClient(supabaseUrl, DEVELOPMENT_KEYS.publishableKey, {
    accessToken: () => Promise.resolve(token),
    global: {
      fetch: (input, init) => fetch(String(input).replace(/^.*\/functions\/v1/, origin), init),
    },
  });
  return createWppClient(supabase);
}

/** Messages with a file of that size, in Storage and handed over where they go out. */
async function countStored(
  backend: Backend,
  { organizationId }: Organization,
  bytes: number,
): Promise<number> {
  const { rows: [{ count }] } = await backend.order({
    sql: `select count(*)::int as count from public.messenger_messages
      where organization_id = $1 and media ->> 'state' = 'stored'
        and (media ->> 'size')::bigint = $2::bigint and status is distinct from 'failed'`,
    parameters: [organizationId, bytes],
  });
  return Number(count);
}

export function showMedia(figures: MediaFigures[]): string {
  const speed = (bytes: number, ms: number) => fixed(bytes / 1000 / ms, 1);
  return table(
    ["a file", "of", "ms", "MB/s", "bare copy MB/s", "time × copy"],
    figures.map(({ operation, bytes, ours, floor, oursOfFloor, error }) => [
      ...[operation, shownSize(bytes), fixed(ours, 0), speed(bytes, ours), speed(bytes, floor)],
      withError(oursOfFloor, error),
    ]),
  );
}
