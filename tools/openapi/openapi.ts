/** `deno task openapi`: writes the functions' HTTP contract to `client/openapi.json`. */
import { openApiDocument } from "./document.ts";

export const OPENAPI_FILE = new URL("../../client/openapi.json", import.meta.url);

/** The file's text. */
export function openApiText(): string {
  return JSON.stringify(openApiDocument(), null, 2) + "\n";
}

if (import.meta.main) await Deno.writeTextFile(OPENAPI_FILE, openApiText());
