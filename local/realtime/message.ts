/** A row of `realtime.messages`, as it goes out. */
export interface Message {
  readonly id: string;
  /** Without `realtime:`. */
  readonly topic: string;
  readonly event: string;
  /** Goes to private channels alone, else to public ones alone. */
  readonly private: boolean;
  /** JSON. */
  readonly payload: string;
}
