import type {
  SentMessage,
  SessionState,
  SimulatedClient,
} from "../../local/simulator/simulator.ts";
import type { Outcome } from "./callers.ts";
import type { RowWrite } from "./history.ts";
import type { PlatformRequest } from "./injector.ts";
import type { LedgerRow } from "./ledger.ts";
import type { Growth } from "./memory.ts";

/** All that is known when a run is over. */
export interface Evidence {
  organizations: number;
  /** Of the storm. */
  outcomes: Outcome[];
  /** After it: calls of wpp-create that end what the storm left open, and one for each organization. */
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
  ledger: LedgerRow[];
  /** Processes that were killed. */
  killed: ReadonlySet<string>;
  /** Ledger rows whose opening was done and its answer lost, and those whose close was struck. */
  lostOpens: ReadonlySet<string>;
  struckCloses: ReadonlySet<string>;
  growth: Growth[];
  /** What the processes printed beside their log, and their log lines of errors of ours. */
  complaints: string[];
}
