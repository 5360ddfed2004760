import encodeQR from "qr";

/** Pixels per module, which is one square of the QR code. */
const SCALE = 6;
const SIGNATURE = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);

/** A greyscale PNG of `text` as a QR code, with the white border that scanners need. */
export async function qrPng(text: string): Promise<Uint8Array> {
  const modules = encodeQR(text, "raw", { border: 4 });
  const side = modules.length * SCALE;
  const rows = new Uint8Array(side * (side + 1)); // each row begins with its filter byte, 0
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const dark = modules[Math.floor(y / SCALE)][Math.floor(x / SCALE)];
      rows[y * (side + 1) + 1 + x] = dark ? 0 : 255;
    }
  }
  return concat([
    SIGNATURE,
    chunk("IHDR", concat([uint32(side), uint32(side), new Uint8Array([8, 0, 0, 0, 0])])),
    chunk("IDAT", await zlib(rows)),
    chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const typed = concat([new TextEncoder().encode(type), data]);
  return concat([uint32(data.length), typed, uint32(crc32(typed))]);
}

async function zlib(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
