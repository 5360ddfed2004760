import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Upgrade } from "../http.ts";

/** Passes connections on to a port of this machine, byte by byte. */
export class Tunnel {
  readonly #port: number;
  readonly #open = new Set<Duplex>();

  constructor(port: number) {
    this.#port = port;
  }

  /** Passes a connection on, beginning with the request that was read from it already. */
  readonly enter: Upgrade = (incoming, socket, head) => {
    const target = connect(this.#port, "127.0.0.1");
    this.#open.add(socket);
    const end = () => {
      this.#open.delete(socket);
      socket.destroy();
      target.destroy();
    };
    for (const side of [socket, target]) side.on("error", end).on("close", end);
    target.write(requestHead(incoming));
    target.write(head);
    target.pipe(socket).pipe(target);
  };

  /** Breaks all connections, as a network that is lost does. */
  cut(): void {
    for (const socket of [...this.#open]) socket.destroy();
  }
}

function requestHead({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  return lines.join("\r\n") + "\r\n\r\n";
}
