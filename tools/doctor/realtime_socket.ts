/** How long Realtime has for an answer. Hosted, it holds back a refusal for 5 s. */
const TIMEOUT_MS = 10_000;

/** Opens a WebSocket; a test has one of its own. */
export type Connect = (url: string) => WebSocket;

/** How a join was answered: `joined`, `silence`, or the code of a refusal, such as `Unauthorized`. */
export type JoinAnswer = string;

/** As much of a frame and of a reply in it as is looked at here. */
interface Frame {
  event: string;
  ref: string;
  payload: Reply;
}
interface Reply {
  status?: unknown;
  response?: { reason?: unknown };
}

/** A connection to Realtime, by version 1 of its protocol: each frame is a JSON object. */
export class RealtimeSocket {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (reply: Reply) => void>();
  #refs = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(data);
  }

  /** Undefined where nothing opens at the project's URL with this key. */
  static async open(
    url: string,
    key: string,
    connect: Connect,
  ): Promise<RealtimeSocket | undefined> {
    const query = new URLSearchParams({ apikey: key, vsn: "1.0.0" });
    const socket = connect(`${url.replace(/^http/, "ws")}/realtime/v1/websocket?${query}`);
    const opened = await inTime((resolve: (isOpen: boolean) => void) => {
      socket.onopen = () => resolve(true);
      socket.onerror = socket.onclose = () => resolve(false);
    });
    if (opened) return new RealtimeSocket(socket);
    socket.close();
  }

  /** Whether Realtime answers. */
  async heartbeat(): Promise<boolean> {
    return (await this.#ask("phoenix", "heartbeat", {}))?.status === "ok";
  }

  /** Joins a private channel; without an access token as nobody. */
  async join(topic: string, accessToken?: string): Promise<JoinAnswer> {
    const payload = { config: { private: true }, access_token: accessToken };
    const reply = await this.#ask(`realtime:${topic}`, "phx_join", payload);
    if (!reply) return "silence";
    if (reply.status === "ok") return "joined";
    // What follows the code may quote the topic or the token.
    return /^\w+/.exec(String(reply.response?.reason))?.[0] ?? "error";
  }

  close(): void {
    this.#socket.close();
  }

  #ask(topic: string, event: string, payload: unknown): Promise<Reply | undefined> {
    const ref = String(++this.#refs);
    return inTime((resolve) => {
      if (this.#socket.readyState !== WebSocket.OPEN) return resolve(undefined);
      this.#waiting.set(ref, resolve);
      this.#socket.onclose = () => resolve(undefined);
      this.#socket.send(JSON.stringify({ topic, event, payload, ref, join_ref: ref }));
    });
  }

  #receive(data: unknown): void {
    const frame = parse(String(data));
    if (frame?.event === "phx_reply") this.#waiting.get(frame.ref)?.(frame.payload);
  }
}

/** Undefined where it is no JSON: who knows what answers there. */
function parse(text: string): Frame | null | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What `start` resolves with; undefined where that takes longer than Realtime has. */
function inTime<T>(start: (resolve: (value: T | undefined) => void) => void) {
  let timer: ReturnType<typeof setTimeout>;
  return new Promise<T | undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), TIMEOUT_MS);
    start(resolve);
  }).finally(() => clearTimeout(timer));
}
