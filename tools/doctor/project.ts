import {
  type FunctionName,
  FUNCTIONS,
  WEBHOOK_NAME,
} from "../../supabase/functions/_shared/wpp/contract.ts";
import type { DoctorOptions } from "./options.ts";
import { type Connect, RealtimeSocket } from "./realtime_socket.ts";

/** How long to wait for an answer: the functions give theirs within 25 s. */
const TIMEOUT_MS = 30_000;

/** A call of a function of the database that needs no arguments. */
const CALL = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };

/** An answer to a call, or why there is none. */
export interface Answer {
  /** 0 when no answer came. */
  status: number;
  headers: Headers;
  /** Parsed, where it is JSON. */
  body: unknown;
  /** The error, where it has the shape of the functions' own; an error of others is in `body`. */
  error?: { code: string; message: string; requestId: string };
}

/** The project as it is seen from outside, and what the checks so far found out. */
export class Project {
  /** The access token of the user, once the sign-in check has passed. */
  accessToken?: string;
  /** What functions that ask WPP Platform answered to the user, in the order of the calls. */
  readonly userAnswers: Answer[] = [];
  readonly #fetch: typeof fetch;
  readonly #anonymous = new Map<string, Promise<Answer>>();
  #strangeEvent?: Promise<Answer>;

  readonly #connect: Connect;

  /** @param fetch The global one unless given, and so with `connect`. */
  constructor(
    readonly options: DoctorOptions,
    fetch: typeof globalThis.fetch = (...args) => globalThis.fetch(...args),
    connect: Connect = (url) => new WebSocket(url),
  ) {
    this.#fetch = fetch;
    this.#connect = connect;
  }

  /** Calls the auth server or the data API with the key, as supabase-js does. */
  service(path: string, init: RequestInit = {}): Promise<Answer> {
    const { key } = this.options;
    return this.#call(path, {
      ...init,
      headers: { apikey: key, authorization: `Bearer ${key}`, ...init.headers as object },
    });
  }

  /**
   * Calls a function without a user; with `keyAsToken` the key stands in for the access token. The
   * answers are cached, as several checks look at the same ones.
   */
  anonymous(name: FunctionName, { keyAsToken = false } = {}): Promise<Answer> {
    const cacheKey = `${name} ${keyAsToken}`;
    const { key, origin } = this.options;
    const headers = new Headers({ apikey: key });
    if (keyAsToken) headers.set("authorization", `Bearer ${key}`);
    if (origin) headers.set("origin", origin);
    const cached = this.#anonymous.get(cacheKey);
    const method = methodOf(name);
    const answer = cached ?? this.#call(`/functions/v1/${name}`, { method, headers });
    this.#anonymous.set(cacheKey, answer);
    return answer;
  }

  /** Calls the webhook as WPP Platform does, without any key, but without the token of a connection. */
  strangeEvent(): Promise<Answer> {
    return this.#strangeEvent ??= this.#call(`/functions/v1/${WEBHOOK_NAME}`, { method: "POST" });
  }

  /** Calls a function as the signed-in user; `asksPlatform` says whether it asks WPP Platform. */
  async asUser(name: FunctionName, { asksPlatform = true } = {}): Promise<Answer> {
    const answer = await this.#call(`/functions/v1/${name}`, {
      method: methodOf(name),
      headers: { apikey: this.options.key, authorization: `Bearer ${this.accessToken}` },
    });
    if (asksPlatform) this.userAnswers.push(answer);
    return answer;
  }

  /** Calls the data API as the signed-in user. */
  dataAsUser(path: string, init: RequestInit = {}): Promise<Answer> {
    const authorization = `Bearer ${this.accessToken}`;
    return this.service(`/rest/v1/${path}`, {
      ...init,
      headers: { authorization, ...init.headers as object },
    });
  }

  /** Calls a function of the database, without arguments, as the signed-in user. */
  rpcAsUser(name: string): Promise<Answer> {
    return this.dataAsUser(`rpc/${name}`, CALL);
  }

  /** Calls one with the secret key. */
  rpcAsServer(name: string, key: string): Promise<Answer> {
    const headers = { ...CALL.headers, apikey: key, authorization: `Bearer ${key}` };
    return this.service(`/rest/v1/rpc/${name}`, { ...CALL, headers });
  }

  /** Fetches something without any key. */
  withoutKey(path: string): Promise<Answer> {
    return this.#call(path, {});
  }

  /** Connects to Realtime with the publishable key; undefined where it is not there. */
  realtime(): Promise<RealtimeSocket | undefined> {
    return RealtimeSocket.open(this.options.url, this.options.key, this.#connect);
  }

  /** Asks the functions how they run, as the user once that has signed in. */
  diagnosis(): Promise<Answer> {
    const headers = new Headers({ apikey: this.options.key, "x-wpp-doctor": "1" });
    if (this.accessToken) headers.set("authorization", `Bearer ${this.accessToken}`);
    return this.#call("/functions/v1/wpp-status", { method: "POST", headers });
  }

  /** Sends the preflight of a browser that has a page of `origin` which calls a function. */
  preflight(name: FunctionName, origin: string, headers: string[]): Promise<Answer> {
    return this.#call(`/functions/v1/${name}`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": methodOf(name),
        "access-control-request-headers": headers.join(),
      },
    });
  }

  /** The status that anything at the platform's URL answers; 0 when nothing does. */
  async platformStatus(url: string): Promise<number> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await this.#fetch(url, { redirect: "manual", signal });
      await response.body?.cancel();
      return response.status;
    } catch {
      return 0;
    }
  }

  async #call(path: string, init: RequestInit): Promise<Answer> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await this.#fetch(this.options.url + path, { ...init, signal });
      const body = parse(await response.text());
      return { status: response.status, headers: response.headers, body, error: ownError(body) };
    } catch {
      return { status: 0, headers: new Headers(), body: undefined };
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function ownError(body: unknown): Answer["error"] {
  const error = (body as { error?: Partial<NonNullable<Answer["error"]>> } | null)?.error;
  const own = typeof error?.code === "string" && typeof error.message === "string" &&
    typeof error.requestId === "string";
  return own ? error as Answer["error"] : undefined;
}

/** A field of an answer's body, if that is a string. */
export function field({ body }: Answer, name: string): string | undefined {
  const value = (body as Record<string, unknown> | null | undefined)?.[name];
  return typeof value === "string" ? value : undefined;
}

/** POST where the function takes it, else what it takes first. */
function methodOf(name: FunctionName): string {
  const methods: readonly string[] = FUNCTIONS[name].methods;
  return methods.includes("POST") ? "POST" : methods[0];
}
