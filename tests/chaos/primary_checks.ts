import type { Evidence } from "./evidence.ts";
import { isConnection, rowsAfter, type RowState } from "./history.ts";

/** Exactly one primary among an organization's connections, at the end of each transaction. */
export function primaryViolations({ writes }: Evidence): string[] {
  const groups = Map.groupBy(writes, ({ before, after }) => (after ?? before!).organization_id);
  return [...groups].flatMap(([organization, own]) => {
    const last = new Map(own.map(({ transaction }, index) => [transaction, index]));
    const broken = own.some((_, index) => {
      // Another transaction may end, such as one that saves a status, while one of several writes runs.
      const isBetween = own.slice(0, index + 1).some(({ transaction }) =>
        last.get(transaction)! > index
      );
      return !isBetween && !hasOnePrimary(rowsAfter(own.slice(0, index + 1)));
    });
    return broken ? [`${organization} had no primary connection, or several`] : [];
  });
}

function hasOnePrimary(rows: RowState[]): boolean {
  const connections = rows.filter(isConnection);
  const primary = rows.filter((row) => row.wpp_primary);
  if (primary.length > 1) return false;
  return connections.length === 0 || (primary.length === 1 && isConnection(primary[0]));
}
