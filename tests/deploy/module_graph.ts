import { Buffer } from "node:buffer";
import { brotliCompressSync, constants } from "node:zlib";
import { anyDenoEnvironment } from "./deno_versions.ts";
import type { PlacedFunction } from "./placed_functions.ts";

/** All that a function brings along. */
export interface ModuleGraph {
  /** Paths of the modules that are files of ours. */
  files: string[];
  /** Bytes of these files and of the whole npm packages, which the hosted bundler takes whole. */
  unpacked: number;
  /** The same, compressed with brotli: near to what the hosted limit of 5 MB is about. */
  packed: number;
}

interface Info {
  modules: { local?: string; error?: string; specifier: string }[];
  npmPackages: Record<string, { localPath: string }>;
}

/** Throws when a module of the graph is missing. */
export async function moduleGraph(placed: PlacedFunction): Promise<ModuleGraph> {
  const { modules, npmPackages } = await info(placed);
  const missing = modules.find(({ error }) => error);
  if (missing) throw new Error(`${placed.name} lacks ${missing.specifier}: ${missing.error}`);
  const files = modules.map(({ local }) => local).filter((path) => path !== undefined);
  const folders = Object.values(npmPackages).map(({ localPath }) => localPath).sort();
  const [own, packages] = [sizeOf(files), sizeOfPackages(folders)];
  return {
    files,
    unpacked: own.unpacked + packages.unpacked,
    packed: own.packed + packages.packed,
  };
}

interface Size {
  unpacked: number;
  packed: number;
}

/** Of packages that were asked for: most functions have the same, and they take long to compress. */
const packageSizes = new Map<string, Size>();

function sizeOfPackages(folders: string[]): Size {
  const key = folders.join();
  const size = packageSizes.get(key) ?? sizeOf(folders.flatMap(filesIn));
  packageSizes.set(key, size);
  return size;
}

function sizeOf(paths: string[]): Size {
  const bytes = Buffer.concat(paths.map((path) => Deno.readFileSync(path)));
  return { unpacked: bytes.length, packed: compressed(bytes) };
}

async function info({ name, folder, entrypoint }: PlacedFunction): Promise<Info> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-config", "--no-lock", entrypoint],
    cwd: folder,
    env: anyDenoEnvironment(),
    clearEnv: true,
  }).output();
  if (success) return JSON.parse(new TextDecoder().decode(stdout));
  throw new Error(`Cannot inspect ${name}: ${new TextDecoder().decode(stderr)}`);
}

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

function compressed(bytes: Uint8Array): number {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
  return brotliCompressSync(bytes, { params }).byteLength;
}
