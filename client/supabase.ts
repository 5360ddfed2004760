/** As much of a supabase-js client as is used here; each of its versions and schemas fits. */
export interface SupabaseLike {
  /** Tells whose message it is; a client that has none is served, too. */
  readonly auth?: {
    getSession(): Promise<{ data: { session: { user: { id: string } } | null } }>;
  };
  readonly functions: {
    invoke(name: string, options?: InvokeOptions): Promise<InvokeResult>;
  };
}

export interface InvokeOptions {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: Signal;
  /** In milliseconds. */
  timeout?: number;
}

export interface InvokeResult {
  data: unknown;
  error: unknown;
  response?: AnswerLike;
}

/** As much of a `Response` as is used here. */
export interface AnswerLike {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** As much of an `AbortSignal` as is used here. Its own type is missing where there is no DOM. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
