/** HTTP over plain sockets: what no HTTP library sends, such as two lengths for one body. */

/** Declares 10 bytes; the second line makes the first one void (RFC 9112, 6.3). */
export const TWO_LENGTHS = "content-length: 10\r\ntransfer-encoding: chunked\r\n";
export const CHUNKED = "transfer-encoding: chunked\r\n";

const encoder = new TextEncoder();

/** A chunk of 64 KiB: of spaces, as JSON may have any number of them. */
export const SPACES = encoder.encode(`10000\r\n${" ".repeat(64 * 1024)}\r\n`);
/** 1024 chunks of 128 bytes: Deno makes a buffer of 64 KiB for each of them. */
export const CRUMBS = encoder.encode(`80\r\n${" ".repeat(128)}\r\n`.repeat(1024));

/** An HTTP message that never ends: after `head` comes `piece`, over and over. */
export interface Endless {
  head: string;
  piece: Uint8Array;
}

/** A server whose answers never end. */
export interface EndlessServer extends AsyncDisposable {
  /** Without a trailing slash. */
  readonly url: string;
  /** May be replaced between two requests. */
  answer: Endless;
  /** Resolves when the other side has closed every connection that there was so far. */
  hungUp(): Promise<unknown>;
}

export function serveEndless(answer: Endless): EndlessServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections = new Set<Deno.Conn>();
  const ends: Promise<void>[] = [];
  const server: EndlessServer = {
    url: `http://127.0.0.1:${listener.addr.port}`,
    answer,
    hungUp: () => Promise.all(ends),
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of connections) close(connection);
      await Promise.all([accepting, ...ends]);
    },
  };
  const accepting = (async () => {
    for await (const connection of listener) {
      connections.add(connection);
      ends.push(answerEndlessly(connection, () => server.answer));
    }
  })().catch(() => {}); // the listener was closed
  return server;
}

/** Resolves when the other side closes the connection. */
async function answerEndlessly(connection: Deno.Conn, answer: () => Endless): Promise<void> {
  try {
    const size = await connection.read(new Uint8Array(64 * 1024));
    if (size !== null) await pump(connection, answer());
  } catch {
    // closed
  } finally {
    close(connection);
  }
}

/** What came back. */
export interface RawAnswer {
  status: number;
  /** After the head. */
  body: string;
  /** Bytes of the request that the other side took in the half second after its answer. */
  takenAfterwards: number;
}

/**
 * Sends a request and reads its answer, which has a `Content-Length`. A `piece` that is empty is
 * never sent, any other one for ever: until the connection is closed, here or there.
 *
 * @throws the signal's reason when that comes first.
 */
export async function exchangeRaw(
  origin: string,
  { head, piece }: Endless,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const onAbort = () => close(connection);
  signal.addEventListener("abort", onAbort, { once: true });
  let taken = 0;
  const onTaken = (size: number) => void (taken += size);
  // A server that does not want the rest may reset the connection; its answer can still be read.
  const sending = pump(connection, { head, piece }, onTaken).catch(() => {});
  try {
    const answer = await readAnswer(connection);
    const takenBefore = taken;
    await Promise.race([sending, new Promise((resolve) => setTimeout(resolve, 500))]);
    return { ...answer, takenAfterwards: taken - takenBefore };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    close(connection);
    await sending;
  }
}

/** Writes for as long as the other side reads, and rejects when it closes. */
async function pump(
  connection: Deno.Conn,
  { head, piece }: Endless,
  onTaken: (size: number) => void = () => {},
): Promise<void> {
  await writeAll(connection, encoder.encode(head), onTaken);
  while (piece.byteLength > 0) await writeAll(connection, piece, onTaken);
}

async function writeAll(
  connection: Deno.Conn,
  bytes: Uint8Array,
  onTaken: (size: number) => void,
): Promise<void> {
  for (let sent = 0; sent < bytes.byteLength;) {
    const size = await connection.write(bytes.subarray(sent));
    onTaken(size);
    sent += size;
  }
}

/** The answer's own text is ASCII, so that its characters are its bytes. */
async function readAnswer(connection: Deno.Conn): Promise<Omit<RawAnswer, "takenAfterwards">> {
  const buffer = new Uint8Array(64 * 1024);
  for (let text = "";;) {
    const size = await connection.read(buffer);
    if (size === null) throw new Error(`The connection was closed after: ${text}`);
    text += new TextDecoder().decode(buffer.subarray(0, size));
    const [start, body] = text.split("\r\n\r\n", 2);
    const length = Number(/^content-length: *(\d+)/im.exec(start)?.[1]);
    if (body?.length !== length) continue;
    return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(start)?.[1]), body };
  }
}

/** Closes it, or leaves it closed. */
function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // it was
  }
}
