/** What goes wrong with Storage. May be changed while it runs; holds from the next request on. */
export interface StorageFaults {
  /** Answers 503 to every request. */
  down: boolean;
  /** How long each request waits before it is looked at. */
  slowMs: number;
}
