const MAX_LENGTH = 100;
/** A longer one is no extension. */
const MAX_EXTENSION_LENGTH = 12;

/**
 * A file's name without its folders and without what is not seen or changes how it reads, cut to 100
 * characters with its extension kept; `undefined` where nothing is left.
 */
export function cleanFileName(name: string): string | undefined {
  const base = name.toWellFormed().split(/[/\\]/).at(-1)!;
  const clean = base.replace(/[\p{C}\p{Zl}\p{Zp}\u2800\u3164\uffa0]/gu, "")
    .replace(/[<>:"|?*]/g, "_").replace(/^[\s.]+|[\s.]+$/g, "");
  if (clean === "") return undefined;
  const characters = [...clean];
  if (characters.length <= MAX_LENGTH) return clean;
  const extension = extensionOf(clean) === "" ? "" : `.${extensionOf(clean)}`;
  return characters.slice(0, MAX_LENGTH - [...extension].length).join("") + extension;
}

/** What follows the last dot, in small letters; empty where there is none. */
export function extensionOf(name: string): string {
  const [, extension = ""] = /[^.]\.(\w+)$/.exec(name) ?? [];
  return extension.length <= MAX_EXTENSION_LENGTH ? extension.toLowerCase() : "";
}
