import { lstat } from "./project.ts";

/** A folder that nothing may be put into. */
export class NotAProject extends Error {}

/**
 * The folder with its own links resolved.
 *
 * @throws {NotAProject} where it is no folder, or a checkout of this project.
 */
export function projectFolder(path: string): string {
  const dir = realFolder(path);
  if (lstat(`${dir}/tools/add/add.ts`)) {
    throw new NotAProject(`Cannot add to ${dir}: it is this project itself`);
  }
  return dir;
}

function realFolder(path: string): string {
  try {
    const dir = Deno.realPathSync(path);
    if (Deno.statSync(dir).isDirectory) return dir;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new NotAProject(`Cannot add to ${path}: there is no such folder`);
}
