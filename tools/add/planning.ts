/** What a plan is made from, and what it consists of. */
import type { Manifest } from "./manifest.ts";
import type { Project } from "./project.ts";
import type { Release } from "./release.ts";

/** Something to write or to delete. */
export type Change =
  | {
    kind: "add" | "update" | "replace" | "keep";
    path: string;
    bytes: Uint8Array;
    /** What changes in it, where that is not the whole file. */
    what?: string;
  }
  | { kind: "delete"; path: string };

/** A sentence about a path. */
export interface Remark {
  path: string;
  says: string;
}

/** A part of a plan, and what the manifest shall say of it. */
export interface Part {
  changes: Change[];
  refusals: Remark[];
  notes: Remark[];
  hashes: Record<string, string>;
}

/** What the parts of a plan work with. */
export interface Planning {
  release: Release;
  project: Project;
  /** Whether ours take the place of what stands in the way. */
  replace: boolean;
  /** Undefined where none was written yet. */
  manifest: Manifest | undefined;
  /** All files that shall be there: the functions', and the client's. */
  files: ReadonlyMap<string, Uint8Array>;
}
