import type { Remark } from "./planning.ts";
import type { Project } from "./project.ts";

/** Why a file cannot be written or deleted at a path; undefined where nothing stands in the way. */
export function obstacleTo(
  { entries }: Pick<Project, "entries">,
  path: string,
): Remark | undefined {
  const parts = path.split("/");
  for (let count = 1; count < parts.length; count++) {
    const ancestor = parts.slice(0, count).join("/");
    const kind = entries.get(ancestor)?.kind;
    if (kind === "link") return isLink(ancestor);
    if (kind && kind !== "folder") return { path: ancestor, says: "is no folder, but has to be." };
  }
  const entry = entries.get(path);
  if (!entry) return undefined;
  if (entry.kind === "link") return isLink(path);
  if (entry.kind !== "file") return { path, says: "is no file, but has to be." };
  // It could be neither compared nor kept.
  return entry.bytes
    ? undefined
    : { path, says: "is too large, or may not be read: move it away." };
}

function isLink(path: string): Remark {
  return { path, says: "is a symbolic link: nothing is written through it." };
}
