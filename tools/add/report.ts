/** A plan in words. */
import type { Plan } from "./plan.ts";
import type { Change, Remark } from "./planning.ts";

const WORDS: Record<Change["kind"], string> = {
  add: "add",
  update: "update",
  replace: "replace",
  keep: "save",
  delete: "delete",
};

/** One line for each change; for many of a kind in one folder of ours, one for the folder. */
export function changeLines(changes: Change[], { each }: { each: boolean }): string[] {
  const groups = new Map<string, { word: string; place: string; count: number }>();
  for (const change of changes) {
    const { kind, path } = change;
    const what = "what" in change && change.what ? `: ${change.what}` : "";
    const place = (each ? path : placeOf(path)) + what;
    const group = groups.get(`${kind} ${place}`) ?? { word: WORDS[kind], place, count: 0 };
    group.count++;
    groups.set(`${kind} ${place}`, group);
  }
  return [...groups.values()].map(({ word, place, count }) =>
    `  ${word.padEnd(8)}${place}${place.endsWith("/") ? ` (${files(count)})` : ""}`
  );
}

export function remarkLines(remarks: Remark[]): string[] {
  const bySentence = Map.groupBy(remarks, ({ says }) => says);
  return [...bySentence].flatMap(([says, same]) =>
    same.length === 1
      ? [`  ${same[0].path} ${says}`]
      : [`  Each of these ${says}`, ...same.map(({ path }) => `      ${path}`)]
  );
}

export function planReport(plan: Plan, options: { check: boolean }): string {
  const { changes, refusals, notes } = plan;
  const blocks: string[][] = [];
  if (changes.length > 0) {
    const title = refusals.length > 0
      ? "Otherwise it would:"
      : options.check
      ? "It would:"
      : "Done:";
    blocks.push([title, ...changeLines(changes, { each: options.check })]);
  }
  if (notes.length > 0) blocks.push(["Good to know:", ...remarkLines(notes)]);
  if (refusals.length > 0) {
    blocks.push(["Refused; nothing was written:", ...remarkLines(refusals)]);
  } else if (changes.length === 0) blocks.push(["Nothing to do."]);
  return blocks.map((lines) => lines.join("\n")).join("\n\n");
}

function placeOf(path: string): string {
  const [, folder] = /^(supabase\/functions\/(?:_shared\/wpp|wpp-[\w-]+)\/)/.exec(path) ?? [];
  if (folder) return folder;
  const isOther = !path.startsWith("supabase/");
  return isOther ? `${path.split("/").slice(0, -1).join("/")}/` : path;
}

function files(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}
