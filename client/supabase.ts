/** As much of a supabase-js client as is used here; each of its versions and schemas fits. */
export interface SupabaseLike {
  /** Tells who is signed in; a client that has none is served, too. */
  readonly auth?: {
    getSession(): Promise<{ data: { session: SessionLike | null } }>;
    onAuthStateChange?(
      callback: (event: string, session: SessionLike | null) => void,
    ): { data: { subscription: { unsubscribe(): void } } };
  };
  readonly functions: {
    invoke(name: string, options?: InvokeOptions): Promise<InvokeResult>;
  };
  /**
   * Gives a {@link DatabaseLike}, which is not said here: comparing all of postgrest-js's types to it
   * is too much for TypeScript. A client that has none is served, too, but reads nothing.
   */
  schema?(name: string): object;
  /** Gives a {@link ChannelLike}, which is not said here either. Where it is missing, changes are polled. */
  channel?(name: string, options: { config: object }): object;
  removeChannel?(channel: object): Promise<unknown>;
  /** Gives a {@link BucketLike}, which is not said here for the same reason. */
  readonly storage?: { from(bucket: string): object };
  /** Gives channels the token of the moment. */
  readonly realtime?: { setAuth(): Promise<unknown> };
}

/** As much of a session of supabase-js as is used here. */
export interface SessionLike {
  access_token?: string;
  user: { id: string };
}

/** As much of realtime-js's channel as is used here. */
export interface ChannelLike {
  on(
    type: "broadcast" | "system",
    filter: { event?: string },
    callback: (payload: unknown) => void,
  ): unknown;
  /** The status is SUBSCRIBED, TIMED_OUT, CLOSED or CHANNEL_ERROR; it is called for each rejoin, too. */
  subscribe(callback: (status: string, error?: unknown) => void): unknown;
}

export interface ChannelOptions {
  config: { private?: boolean; broadcast?: { replication_ready?: boolean } };
}

/** As much of storage-js's bucket as is used here. */
export interface BucketLike {
  createSignedUrls(paths: string[], expiresInS: number): Promise<StorageResult<SignedPath[]>>;
  createSignedUploadUrl(path: string): Promise<StorageResult<{ signedUrl: string }>>;
}

export type StorageResult<Data> = { data: Data; error: null } | { data: null; error: unknown };

/** A path, and the link to it; null where there is no such object, or none that the user may read. */
export interface SignedPath {
  path: string | null;
  signedUrl: string | null;
}

/** As much of a `Blob` or a `File` as is used here. Their own types are missing where there is no DOM. */
export interface FileLike {
  /** In bytes. */
  readonly size: number;
  /** Its MIME type; empty where that is not known. */
  readonly type: string;
  readonly name?: string;
}

/** As much of postgrest-js as is used here. */
export interface DatabaseLike {
  from(table: string): { select(columns: string): QueryLike };
  rpc(name: string, args: object): QueryLike;
}

/** A query, which goes out when it is awaited. */
export interface QueryLike extends PromiseLike<QueryResult> {
  eq(column: string, value: string): QueryLike;
  lte(column: string, value: string): QueryLike;
  /** One of these filters, separated by commas, as PostgREST has them in a URL. */
  or(filters: string): QueryLike;
  order(column: string, options: { ascending: boolean; nullsFirst?: boolean }): QueryLike;
  limit(count: number): QueryLike;
  abortSignal(signal: Signal): QueryLike;
}

export interface QueryResult {
  data: unknown;
  error: unknown;
  /** 0 when no answer came. */
  status: number;
}

export interface InvokeOptions {
  method?: "POST" | "GET" | "PUT" | "PATCH" | "DELETE";
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
