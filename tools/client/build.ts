/** `deno task client`: builds the package `wpp-messenger-client` from `client/`. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = new URL("../../", import.meta.url);
/** The package's sources, and its package.json. */
const CLIENT = new URL("client/", ROOT);

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2020,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

/**
 * Writes a package that npm can install or pack: package.json, README.md, and in `dist` the license,
 * and an ES module with its types for each source. The directory may be there already; what is in
 * its `dist` is replaced.
 *
 * @throws Error when a source cannot be translated, with the compiler's sentences.
 */
export async function buildClient(directory: string): Promise<void> {
  await writeDist(join(directory, "dist"));
  const { scripts: _, ...manifest } = JSON.parse(
    await Deno.readTextFile(new URL("package.json", CLIENT)),
  );
  await Deno.writeTextFile(
    join(directory, "package.json"),
    JSON.stringify(manifest, null, 2) + "\n",
  );
  await Deno.copyFile(new URL("README.md", CLIENT), join(directory, "README.md"));
}

async function writeDist(directory: string): Promise<void> {
  await Deno.remove(directory, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(directory, { recursive: true });
  for await (const { name } of Deno.readDir(CLIENT)) {
    if (!name.endsWith(".ts")) continue;
    const { code, types } = translate(name, await Deno.readTextFile(new URL(name, CLIENT)));
    const base = join(directory, name.replace(/\.ts$/, ""));
    await Deno.writeTextFile(`${base}.js`, code);
    await Deno.writeTextFile(`${base}.d.ts`, types);
  }
  await Deno.copyFile(new URL("LICENSE", ROOT), join(directory, "LICENSE"));
}

/** One file at a time and without its imports: `deno task check` is what checks the types. */
function translate(fileName: string, source: string): { code: string; types: string } {
  const js = ts.transpileModule(source, {
    fileName,
    reportDiagnostics: true,
    compilerOptions: OPTIONS,
  });
  const dts = ts.transpileDeclaration(source, {
    fileName,
    reportDiagnostics: true,
    compilerOptions: { ...OPTIONS, declaration: true, isolatedDeclarations: true },
  });
  const faults = [...js.diagnostics ?? [], ...dts.diagnostics ?? []]
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  if (faults.length > 0) throw new Error(`client/${fileName}: ${faults.join("; ")}`);
  // TypeScript rewrites these in the code, but not in the types.
  const types = dts.outputText.replaceAll(/(from "\.\/\w+)\.ts"/g, '$1.js"');
  return { code: js.outputText, types };
}

if (import.meta.main) await writeDist(fileURLToPath(new URL("dist/", CLIENT)));
