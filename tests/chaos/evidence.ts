import type {
  SentMessage,
  SessionState,
  SimulatedClient,
} from "../../local/simulator/simulator.ts";
import type { Outcome } from "./callers.ts";
import type { Repeat } from "./finals.ts";
import type { RowWrite } from "./history.ts";
import type { PlatformRequest } from "./injector.ts";
import type { LedgerRow } from "./ledger.ts";
import type { Growth } from "./memory.ts";

/** All that is known when a run is over. */
export interface Evidence {
  organizations: number;
  /** Of the storm. */
  outcomes: Outcome[];
  /** At last: numbers that are disconnected twice. */
  repeats: Repeat[];
  /** After the storm: calls of wpp-create that end what the storm left open, and one for each organization. */
  finals: Outcome[];
  clients: readonly SimulatedClient[];
  /** The state of each session at the platform; null: it does not know it. */
  states: ReadonlyMap<string, SessionState | null>;
  /** What came to the platform. */
  requests: PlatformRequest[];
  /** What the platform executed. */
  sent: readonly SentMessage[];
  /** Every write of a connection's row. */
  writes: RowWrite[];
  /** How many of them were made before the calls that end what the storm left open. */
  stormWrites: number;
  ledger: LedgerRow[];
  /** Processes that were killed. */
  killed: ReadonlySet<string>;
  /** Attempt ids of sends whose opening may have been done, and whose answer was lost. */
  lostOpens: ReadonlySet<string>;
  /** Ledger rows whose close was struck. */
  struckCloses: ReadonlySet<string>;
  /** Requests that hung, and whose caller waited too long. */
  overdue: string[];
  /** What log lines held that they may not hold. */
  leaks: string[];
  /** What went otherwise than documented when dead sends were met again. */
  metAgain: string[];
  growth: Growth[];
  /** What the processes printed beside their log, and their log lines of errors of ours. */
  complaints: string[];
}
