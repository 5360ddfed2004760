import type { Signal } from "./supabase.ts";

/** What is needed of a row here. */
interface Row {
  id: string;
  change: number | null;
}

export interface NewestRowsOptions<R extends Row> {
  /** Below 0 where the first one is the newer. Only one row compares as 0 to another: itself. */
  compare(a: R, b: R): number;
  /** Reads the page after a row, the newest row first; the first page where that is left out. */
  readPage(before: R | undefined, signal: Signal): Promise<{ rows: R[]; more: boolean }>;
  /** No more are held. */
  max: number;
}

/**
 * The newest rows of a list, without a gap: as many pages as were read, and every row that came since.
 * What lies below the last page is left out, and comes with its own page.
 */
export class NewestRows<R extends Row> {
  isLoaded = false;
  /** Whether there are older ones. */
  more = false;
  readonly #options: NewestRowsOptions<R>;
  #rows: readonly R[] = [];
  /** The last row of the last page, as it was then. */
  #floor: R | undefined;
  /** The reading of a page that is under way. */
  #reading: Promise<void> | undefined;
  /** Rows that changed during it: the page may be older than they are. */
  #meanwhile: R[] = [];

  constructor(options: NewestRowsOptions<R>) {
    this.#options = options;
  }

  /** The newest first; another array only where something changed. */
  get rows(): readonly R[] {
    return this.#rows;
  }

  /** Whether no older page is read, because there would be too many rows. */
  get isFull(): boolean {
    return this.more && this.#rows.length >= this.#options.max;
  }

  get isLoading(): boolean {
    return this.#reading !== undefined;
  }

  /** Reads the next page, if there is one; one at a time. Rejects as the reading does. */
  async readPage(signal: Signal): Promise<void> {
    if ((this.isLoaded && !this.more) || this.isFull) return;
    this.#reading ??= this.#readPage(signal).finally(() => {
      this.#meanwhile = [];
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async #readPage(signal: Signal): Promise<void> {
    const before = this.#floor;
    const { rows, more } = await this.#options.readPage(before, signal);
    // Rows were let go meanwhile: there would be a gap between these and the others.
    if (signal.aborted || this.#floor !== before) return;
    this.isLoaded = true;
    this.more = more;
    this.#floor = rows.at(-1) ?? before;
    this.#merge([...rows, ...this.#meanwhile]);
  }

  /** Takes over rows that changed. */
  take(rows: readonly R[]): void {
    if (rows.length === 0) return;
    if (this.isLoading) this.#meanwhile.push(...rows);
    if (this.isLoaded) this.#merge(rows);
  }

  /** Removes rows that are no longer of this list. */
  remove(ids: ReadonlySet<string>): void {
    const rest = this.#rows.filter(({ id }) => !ids.has(id));
    if (rest.length < this.#rows.length) this.#rows = rest;
    this.#meanwhile = this.#meanwhile.filter(({ id }) => !ids.has(id));
  }

  /** Lets go of all but the newest. */
  trim(max: number = this.#options.max): void {
    if (this.#rows.length <= max) return;
    this.#rows = this.#rows.slice(0, max);
    this.#floor = this.#rows.at(-1);
    this.more = true;
  }

  #merge(rows: readonly R[]): void {
    const byId = new Map(this.#rows.map((row) => [row.id, row]));
    for (const row of rows) {
      const known = byId.get(row.id);
      if (!known || (known.change ?? 0) <= (row.change ?? 0)) byId.set(row.id, row);
    }
    const { compare } = this.#options;
    const floor = this.more ? this.#floor : undefined;
    this.#rows = [...byId.values()].filter((row) => !floor || compare(row, floor) <= 0)
      .sort(compare);
    this.trim();
  }
}

/**
 * A time of the database, all in UTC, in a form that sorts: `Date` would drop the microseconds. Supabase
 * Lite writes it with a space where it is selected, and with a T where a function answers it.
 */
export function microseconds(time: string): string {
  return time.replace(" ", "T").replace(/[+Z].*$/, "");
}
