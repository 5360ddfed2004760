/** `deno task schema`: writes what supabase/migrations make of an empty database to `docs/schema.sql`. */
import { openDatabase } from "../../local/database.ts";
import { readSchema } from "./catalog.ts";
import { schemaText } from "./text.ts";

export const SCHEMA_FILE = new URL("../../docs/schema.sql", import.meta.url);

/**
 * The file's text.
 *
 * @param databaseUrl An empty database on a Postgres, to use instead of PGlite.
 */
export async function schemaSql(databaseUrl?: string): Promise<string> {
  const database = await openDatabase({ databaseUrl });
  try {
    return schemaText(await readSchema(database.query));
  } finally {
    await database.close();
  }
}

if (import.meta.main) await Deno.writeTextFile(SCHEMA_FILE, await schemaSql());
