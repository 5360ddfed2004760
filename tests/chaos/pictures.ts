const PNG = [0x89, ...new TextEncoder().encode("PNG\r\n\x1a\n")];

/** What the picture of that caption holds: each another, of a few kilobytes. */
export function pictureBytes(caption: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...PNG, ...new TextEncoder().encode(`${caption};`.repeat(200))]);
}
