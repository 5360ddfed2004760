/** The repository's pages, as their tests read them. */
import { fileURLToPath } from "node:url";

export const ROOT = new URL("../../", import.meta.url);

const FENCE = /^( *)```(\w*)(?: title="([^"]*)")?\n(.*?)^\1```$/gms;
const SKIPPED = /^(\.(?!github$)|(node_modules|coverage|screenshots|tmp)$)/;

/** A Markdown file. */
export interface Page {
  /** From the repository's root. */
  path: string;
  text: string;
  /** The text without its fenced code, in which a `#` or `[…](…)` means something else. */
  prose: string;
  fences: Fence[];
}

/** A piece of fenced code, such as ```ts title="react". */
export interface Fence {
  page: string;
  language: string;
  title?: string;
  code: string;
}

export const pages = (await readPages("")).sort((a, b) => a.path < b.path ? -1 : 1);

export function page(path: string): Page {
  const found = pages.find((one) => one.path === path);
  if (!found) throw new Error(`There is no ${path}`);
  return found;
}

/** Whether there is a file or a folder, by its path from the root. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.stat(new URL(path, ROOT)).then(() => true, () => false);
}

/** The names by which a page's headings are linked to, as GitHub makes them. */
export function anchorsOf({ prose }: Page): string[] {
  const seen = new Map<string, number>();
  return [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => {
    const words = heading.trim().toLowerCase().replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    const slug = words.replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "").replaceAll(" ", "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

async function readPages(folder: string): Promise<Page[]> {
  const found: Page[] = [];
  for await (const { name, isDirectory } of Deno.readDir(fileURLToPath(new URL(folder, ROOT)))) {
    const path = folder + name;
    if (isDirectory && !SKIPPED.test(name)) found.push(...await readPages(`${path}/`));
    if (!isDirectory && name.endsWith(".md")) {
      const text = await Deno.readTextFile(new URL(path, ROOT));
      const fences = [...text.matchAll(FENCE)].map(([, , language, title, code]) => (
        { page: path, language, title, code }
      ));
      found.push({ path, text, prose: text.replace(FENCE, ""), fences });
    }
  }
  return found;
}
