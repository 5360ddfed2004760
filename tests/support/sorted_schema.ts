import { readSchema } from "../../tools/schema/catalog.ts";
import { schemaText } from "../../tools/schema/text.ts";
import type { Sql } from "./sql.ts";

/**
 * Everything of ours, as text. The columns are sorted by name: one that an update adds comes after
 * those that were there, and no statement of ours depends on their order.
 */
export async function sortedSchema(sql: Sql): Promise<string> {
  const schema = await readSchema(sql.query);
  const tables = schema.tables.map((table) => ({
    ...table,
    columns: table.columns.toSorted((a, b) => a.name < b.name ? -1 : 1),
  }));
  return schemaText({ ...schema, tables });
}
