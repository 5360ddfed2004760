import { decodeJwt } from "jose";
import type { Connect } from "../../tools/doctor/realtime_socket.ts";

/** What a client sends, by version 1 of the protocol. */
export interface SentFrame {
  topic: string;
  event: string;
  payload: { config?: { private?: boolean }; access_token?: string };
  ref: string;
  join_ref: string;
}

/** What a frame is answered: a reply, or any text; undefined is silence, `close` ends the socket. */
export type Answer = (frame: SentFrame) => object | string | undefined | "close";

export const OK = { status: "ok", response: {} };

/** As the real server refuses; a reason may quote anything. */
export function refused(code: string, more = ""): object {
  return { status: "error", response: { reason: `${code}: You do not have permissions${more}` } };
}

/** As Realtime answers members whose organization is their own id. */
export function answerMembers({ topic, event, payload }: SentFrame): object {
  if (event === "heartbeat") return OK;
  const { sub } = payload.access_token ? decodeJwt(payload.access_token) : {};
  const isOwn = topic === `realtime:messenger:${sub}` && payload.config?.private === true;
  return isOwn ? OK : refused("Unauthorized");
}

/** Opens sockets that are answered like this; without answers none opens. */
export function scriptedRealtime(answer: Answer | undefined, urls: string[] = []): Connect {
  return (url) => {
    urls.push(url);
    const socket = new ScriptedSocket(answer);
    queueMicrotask(() => answer ? socket.onopen() : socket.onerror());
    return socket as unknown as WebSocket;
  };
}

class ScriptedSocket {
  readyState: number = WebSocket.OPEN;
  onopen = () => {};
  onerror = () => {};
  onclose = () => {};
  onmessage = (_: { data: unknown }) => {};
  readonly #answer?: Answer;

  constructor(answer?: Answer) {
    this.#answer = answer;
  }

  send(text: string): void {
    const frame: SentFrame = JSON.parse(text);
    const payload = this.#answer!(frame);
    if (payload === undefined) return;
    if (payload === "close") return queueMicrotask(() => this.close());
    const data = typeof payload === "string"
      ? payload
      : JSON.stringify({ topic: frame.topic, event: "phx_reply", payload, ref: frame.ref });
    queueMicrotask(() => this.onmessage({ data }));
  }

  close(): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose();
  }
}
