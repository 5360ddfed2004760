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
    const news = new Map<string, R>();
    for (const row of rows) {
      if (isAsNew(row, news.get(row.id))) news.set(row.id, row);
    }
    const merged = this.#rows.filter((known) => {
      const other = news.get(known.id);
      if (other && !isAsNew(other, known)) news.delete(known.id);
      return !news.has(known.id);
    });
    const floor = this.more ? this.#floor : undefined;
    for (const row of news.values()) {
      if (!floor || this.#options.compare(row, floor) <= 0) this.#insert(row, merged);
    }
    this.#rows = merged;
    this.trim();
  }

  /** By bisection: to sort all rows again for each change would take milliseconds. */
  #insert(row: R, sorted: R[]): void {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#options.compare(sorted[middle]!, row) < 0) low = middle + 1;
      else high = middle;
    }
    sorted.splice(low, 0, row);
  }
}

function isAsNew(row: Row, known: Row | undefined): boolean {
  return !known || (known.change ?? 0) <= (row.change ?? 0);
}

/**
 * A time of the database, all in UTC, in a form that sorts: `Date` would drop the microseconds. Supabase
 * Lite writes it with a space where it is selected, and with a T where a function answers it.
 */
export function microseconds(time: string): string {
  return time.replace(" ", "T").replace(/[+Z].*$/, "");
}
