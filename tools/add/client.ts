/** Builds the client's package, and returns its files by path. */
export async function clientFiles(): Promise<Map<string, Uint8Array>> {
  const folder = await Deno.makeTempDir({ prefix: "wpp-client-" });
  try {
    // Loaded only where it is wanted: it brings a compiler along.
    const { buildClient } = await import("../client/build.ts");
    await buildClient(folder);
    return new Map(filesIn(folder, ""));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function filesIn(root: string, folder: string): [string, Uint8Array][] {
  return [...Deno.readDirSync(`${root}/${folder}`)].flatMap(({ name, isDirectory }) => {
    const path = folder + name;
    return isDirectory
      ? filesIn(root, `${path}/`)
      : [[path, Deno.readFileSync(`${root}/${path}`)] as [string, Uint8Array]];
  });
}
