/** The queries in the bodies of the database's functions, to tell which of them a test has run. */
import type { Sql } from "./sql.ts";

/** Where a function names a table, and what follows there. */
export interface TableQuery {
  function: string;
  text: string;
}

const REFERENCE = /\b(?:from|join|into|update|using) (?:public|messenger_internal|storage)\.(\w+)/g;

/** How much of a query is compared. */
const MAX_CHARS = 90;

/** What of a body is no part of the query that begins before it. */
const END = /;| into | loop\b| then\b|''/;

/** Each query of one of these tables, in every function that the migrations made. */
export async function tableQueries(sql: Sql, tables: Set<string>): Promise<TableQuery[]> {
  const functions = await sql.query(`
    select p.proname as name, p.prosrc as body from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'messenger_internal' or n.nspname = 'public' and p.proname like 'messenger\\_%'
    order by 1`);
  return functions.flatMap(({ name, body }) => {
    const text = normalized(String(body));
    return [...text.matchAll(REFERENCE)].filter(([, table]) => tables.has(table))
      .map(({ 0: found, index }) => ({
        function: String(name),
        text: found + upToEnd(text.slice(index + found.length)),
      }));
  });
}

/** On one line, and without comments: as it can be compared. */
export function normalized(sql: string): string {
  return sql.replaceAll(/--.*$/gm, "").replaceAll(/\s+/g, " ").trim();
}

function upToEnd(text: string): string {
  return text.split(END, 1)[0].slice(0, MAX_CHARS).trimEnd();
}
