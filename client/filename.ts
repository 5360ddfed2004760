/** The functions take no longer name. */
const MAX_CHARACTERS = 255;

/** A file's name as it is sent: without a path, and without characters that show nothing. */
export function cleanFilename(name: string): string {
  const base = name.replace(/^.*[/\\]/s, "").replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "").trim();
  return shortened(base, MAX_CHARACTERS) || "file";
}

/** The same as a part of a path: Storage takes hardly more than letters and digits of ASCII there. */
export function pathName(name: string): string {
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? "";
  const stem = name.slice(0, name.length - extension.length).replace(/[^A-Za-z0-9-]+/g, "_");
  return (stem.replace(/^_+|_+$/g, "").slice(0, 80) || "file") + extension;
}

/** Cuts from the middle, so that the extension stays. */
function shortened(name: string, max: number): string {
  const characters = [...name];
  if (characters.length <= max) return name;
  return [...characters.slice(0, max - 20), ...characters.slice(-20)].join("");
}
