import type { CallOptions } from "./call.ts";
import { INVALID_REQUEST, WppError } from "./wpp_error.ts";

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** Which page to read. */
export interface PageOptions<Row> extends CallOptions {
  /** The last row of the page before; the first page where it is left out. */
  before?: Row | undefined;
  /** At most so many rows, from 1 to 200; 50. */
  limit?: number | undefined;
}

/** @throws WppError where it is out of its range: with none, a loop over pages would never end. */
export function checkedLimit(limit: number = DEFAULT_LIMIT): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new WppError({
    ...INVALID_REQUEST,
    fields: { limit: `Must be a whole number from 1 to ${MAX_LIMIT}` },
  });
}

/** Splits rows, of which one more than the limit was asked for. */
export function pageOf<Row>(rows: Row[], limit: number): { page: Row[]; more: boolean } {
  return { page: rows.slice(0, limit), more: rows.length > limit };
}
