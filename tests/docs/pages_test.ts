import assert from "node:assert/strict";
import { connectionStatus } from "../../supabase/functions/_shared/wpp/contract.ts";
import { ERRORS } from "../../supabase/functions/_shared/wpp/errors.ts";
import { anchorsOf, exists, page, pages, ROOT } from "./pages.ts";

/** They name files that are gone. */
const HISTORY = ["CHANGELOG.md", "UPDATING.md"];

const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));

Deno.test("the README has at most 150 lines", () => {
  const lines = page("README.md").text.trimEnd().split("\n").length;
  assert.ok(lines <= 150, `${lines} lines`);
});

Deno.test("the README leads to every page", () => {
  const { text } = page("README.md");
  const missing = pages.map(({ path }) => path)
    .filter((path) => path !== "README.md" && !text.includes(`(${path})`));
  assert.deepEqual(missing, []);
});

Deno.test("every link in the pages leads to a file, and to a heading that is there", async () => {
  const broken: string[] = [];
  for (const from of pages) {
    const base = new URL(from.path, ROOT);
    for (const link of linksOf(from.prose).filter((link) => !/^[a-z]+:/.test(link))) {
      const url = new URL(link, base);
      const path = decodeURIComponent(url.pathname.slice(ROOT.pathname.length));
      const anchor = decodeURIComponent(url.hash.slice(1));
      const isThere = await exists(path);
      const to = pages.find((one) => one.path === path);
      if (!isThere || (anchor && to && !anchorsOf(to).includes(anchor))) {
        broken.push(`${from.path}: ${link}`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

Deno.test("a page that lists its sections lists all of them", () => {
  for (const { path, prose } of pages) {
    const listed = [...prose.split("\n## ")[0].matchAll(/^- \[([^\]]+)\]\(#/gm)];
    const headings = [...prose.matchAll(/^## (.+)$/gm)];
    if (listed.length === 0) continue;
    assert.deepEqual(listed.map(([, name]) => name), headings.map(([, name]) => name), path);
  }
});

Deno.test("every `deno task` in the pages is one of deno.json", () => {
  const named = pages.flatMap(({ text }) =>
    [...text.matchAll(/deno(?:@[\d.]+)? task (?:--\w+ )*([a-z][\w:]*)/g)].map(([, name]) => name)
  );
  assert.ok(named.length > 20);
  assert.deepEqual(named.filter((name) => !(name in tasks)), []);
});

Deno.test("CONTRIBUTING.md lists every task of deno.json but the doctor and keygen", () => {
  const { text } = page("CONTRIBUTING.md");
  const missing = Object.keys(tasks).filter((name) => !text.includes(`\`deno task ${name}\``));
  assert.deepEqual(missing.sort(), ["doctor", "keygen"]);
});

Deno.test("no page ends unfinished, and no code is left without its language", () => {
  for (const { path, text, fences } of pages) {
    assert.doesNotMatch(text, /\b(TODO|TBD|FIXME|XXX)\b/, path);
    assert.equal((text.match(/^ *```/gm) ?? []).length, fences.length * 2, path);
  }
});

Deno.test("the README's pictures are small PNG files", async () => {
  for (const name of ["docs/panel-light.png", "docs/panel-dark.png"]) {
    assert.ok(page("README.md").text.includes(name));
    const bytes = await Deno.readFile(new URL(name, ROOT));
    assert.deepEqual([...bytes.subarray(1, 4)], [..."PNG"].map((one) => one.charCodeAt(0)));
    assert.ok(bytes.length < 150_000, name);
  }
});

Deno.test("schema.md names only what the migrations make", async () => {
  const folder = new URL("supabase/migrations/", ROOT);
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  const sql = (await Promise.all(names.map((name) => Deno.readTextFile(new URL(name, folder)))))
    .join("\n");
  const words = [...Object.keys(ERRORS), ...connectionStatus.options] as string[];
  const named = [...page("docs/schema.md").text.matchAll(/\b\w+_\w+\b/g)].map(([name]) => name)
    .filter((name) => !words.includes(name));
  assert.deepEqual([...new Set(named)].filter((name) => !sql.includes(name)), []);
});

Deno.test("every file and folder that the pages name in backquotes is there", async () => {
  const missing: string[] = [];
  for (const { path, prose } of pages.filter(({ path }) => !HISTORY.includes(path))) {
    for (const named of pathsIn(prose)) {
      // Below _shared: written from supabase/functions, or from its namespace.
      const places = ["", "supabase/functions/", "supabase/functions/_shared/wpp/"];
      const found = await Promise.all(places.map((place) => exists(place + named)));
      if (!found.includes(true)) missing.push(`${path}: ${named}`);
    }
  }
  assert.deepEqual(missing, []);
});

Deno.test("architecture.md lists what is in _shared/wpp, and nothing else", async () => {
  const tree = page("docs/architecture.md").fences[0].code.split("_shared/wpp/\n")[1];
  const listed = tree.split("\n\n")[0].split("\n").flatMap((line) =>
    /^ {2}([\w.]+\/?) /.exec(line)?.[1] ?? []
  );
  const folder = new URL("supabase/functions/_shared/wpp/", ROOT);
  const there = (await Array.fromAsync(Deno.readDir(folder)))
    .map(({ name, isDirectory }) => isDirectory ? `${name}/` : name);
  assert.deepEqual(listed.sort(), there.sort());
});

/** Targets of links and pictures. */
function linksOf(prose: string): string[] {
  const markdown = [...prose.matchAll(/\]\(([^)\s]+)\)/g)];
  const html = [...prose.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)];
  return [...markdown, ...html].map(([, link]) => link);
}

/** `dir/file.ts`, `dir/` and the like; what holds a `*` or `…` is a pattern. */
function pathsIn(prose: string): string[] {
  const code = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text);
  return code.filter((text) =>
    /^[\w.-]+(\/[\w.-]+)+\.\w+$/.test(text) ||
    /^(docs|client|local|tools|tests|examples|supabase|_shared)(\/[\w.-]+)*\/?$/.test(text)
  ).filter((text) => !/\/wpp-NAME|\/\.env$/.test(text)); // to be made by whoever reads it
}
