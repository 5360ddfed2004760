import { EVENT_DEFAULTS, type EventSettings } from "./event_settings.ts";

/** The state of a session, in the platform's own words. */
export type SessionState = "starting" | "qr_required" | "connected" | "disconnected";

/** The names under which the platform gives a QR code, each also inside `data`. */
type QrField = "qr" | "qrCode" | "qrcode" | "urlcode";

/** wppconnect's word for a state, for the setting `statusWord`. */
export function wppconnectWord(state: SessionState): string {
  const words = {
    starting: "INITIALIZING",
    qr_required: "notLogged",
    connected: "inChat",
    disconnected: "disconnectedMobile",
  };
  return words[state];
}

/** How the simulator behaves, faults apart. Durations are in seconds. */
export interface Settings extends EventSettings {
  /** The clock, in milliseconds. */
  now: () => number;
  /** How long a token is valid, whatever `exp` or `expiresIn` say. */
  tokenLifetime: number;
  /** Only a `jwt` says in its `exp` when it expires. */
  tokenForm: "jwt" | "jwt-without-exp" | "opaque";
  /** Sent as `expiresIn` beside the token, where set; it does not change `tokenLifetime`. */
  expiresIn: number | undefined;
  /** How long a QR code is valid before the next one replaces it. */
  qrLifetime: number;
  qrForm: "text" | "base64" | "data-url";
  qrField: QrField | `data.${QrField}`;
  /** What a QR text begins with, before WhatsApp's `2@…`; empty for codes as they were until 2025. */
  qrPrefix: string;
  /** How long a new session is `starting`, without a QR code. */
  startingFor: number;
  /** How long after its first QR code a session is scanned by itself; 0 is never. */
  scanAfter: number;
  /** How long a new key is not active yet, so that its exchange is refused. */
  keyActiveAfter: number;
  /** The status with which the exchange refuses a key. */
  refusedKeyStatus: 401 | 403;
  /** The field of a send's answer that holds the message's id, and whether the id is a number. */
  taskIdField: "taskId" | "id";
  numericTaskIds: boolean;
  /** Whether a user's second create with the same `Idempotency-Key` returns the same client. */
  idempotentCreate: boolean;
  /** Shared with the project: create takes it in place of a user's JWT, and `{ organizationId }`. */
  secret: string | undefined;
  /** Whether a new session stays `starting`, without a QR code, until it is started. */
  needsStart: boolean;
  /** Whether stop makes the platform forget the session; else it is disconnected. */
  stopForgets: boolean;
  /** Whether create accepts this Supabase JWT of a user. */
  acceptUserToken: (jwt: string) => boolean | Promise<boolean>;
  /** The word that the status call answers for a state; `wppconnectWord` gives wppconnect's. */
  statusWord: (state: SessionState) => string;
  /** The field of that word. */
  statusField: "status" | "state";
  /** What every apiKey and opaque token begins with, so that a test can look for leaks. */
  secretPrefix: string;
  /** How long the file that a call names may take to be fetched. */
  mediaTimeout: number;
  /** Whether requests are kept in a list, which grows for as long as the simulator runs. */
  recordsRequests: boolean;
}

/** Options of `createSimulator`; the defaults are in {@link settingsFrom}. */
export type SimulatorOptions = Partial<Settings>;

/** The settings of a simulator made with these options. */
export function settingsFrom(options: SimulatorOptions): Settings {
  const defaults: Settings = {
    ...EVENT_DEFAULTS,
    now: () => Date.now(), // not `Date.now` itself, which a test may replace later
    tokenLifetime: 3600,
    tokenForm: "jwt",
    expiresIn: undefined,
    qrLifetime: 20,
    qrForm: "text",
    qrField: "qr",
    qrPrefix: "https://wa.me/settings/linked_devices#",
    startingFor: 1,
    scanAfter: 0,
    keyActiveAfter: 0,
    refusedKeyStatus: 403,
    taskIdField: "taskId",
    numericTaskIds: false,
    idempotentCreate: true,
    secret: undefined,
    needsStart: false,
    stopForgets: false,
    acceptUserToken: (jwt) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt),
    statusWord: (state) => state,
    statusField: "status",
    secretPrefix: "wpp_sim_",
    mediaTimeout: 20,
    recordsRequests: true,
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
