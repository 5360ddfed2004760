/** The plans of everything that a database runs: also inside of functions, and for foreign keys. */
import type { Sql } from "./sql.ts";

/** A node of a plan, as Postgres names what is in it. */
interface Node {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  Plans?: Node[];
}

export interface Plan {
  query: string;
  root: Node;
}

/** What a statement read of a table, or of an index for a table. */
export interface Scan {
  /** Its name. */
  of: string;
  isSequential: boolean;
  index?: string;
  /** By what the index was entered. */
  condition?: string;
  /** Also those that a filter left out. */
  rows: number;
}

/** Begins statements that prepare something, whose plans do not matter. */
export const PREPARING = "/* prepares */";

const MESSAGE = /^duration: [\d.]+ ms {2}plan:\n/;

/** Has Postgres explain all that this session runs from now on: auto_explain, by way of its warnings. */
export async function explainEverything(sql: Sql): Promise<void> {
  await sql.exec(`
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_analyze = on;
    set auto_explain.log_timing = off;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_format = json;
    set auto_explain.log_level = warning;
    set log_min_messages = fatal;
  `);
}

/** The plans since the last call. */
export function takePlans(sql: Sql): Plan[] {
  const warnings = sql.warnings.splice(0);
  return warnings.filter((text) => MESSAGE.test(text))
    .map((text) => JSON.parse(text.replace(MESSAGE, "")))
    .map((one) => ({ query: one["Query Text"], root: one.Plan }))
    .filter(({ query }) => !query.startsWith(PREPARING));
}

/** What a plan read; an index and its table are one, but where the index is read for a bitmap. */
export function scansOf({ root }: Plan): Scan[] {
  const scans: Scan[] = [];
  const visit = (node: Node) => {
    const of = node["Relation Name"] ?? node["Index Name"];
    if (of !== undefined && node["Node Type"].endsWith("Scan")) {
      const removed = (node["Rows Removed by Filter"] ?? 0) +
        (node["Rows Removed by Index Recheck"] ?? 0);
      scans.push({
        of,
        isSequential: node["Node Type"] === "Seq Scan",
        index: node["Index Name"],
        condition: node["Index Cond"],
        rows: (node["Actual Rows"] + removed) * node["Actual Loops"],
      });
    }
    node.Plans?.forEach(visit);
  };
  visit(root);
  return scans;
}

/** The column, or expression, that each index begins with. */
export async function firstColumns(sql: Sql): Promise<Map<string, string>> {
  const rows = await sql.query(`select c.relname as name, pg_get_indexdef(c.oid, 1, true) as first
    from pg_class c where c.relkind = 'i'`);
  return new Map(rows.map(({ name, first }) => [String(name), String(first)]));
}
