/** Where a session stands, in the platform's own words. */
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

/** How the simulator behaves when nobody told it to misbehave. Durations are in seconds. */
export interface Settings {
  /** The clock, in milliseconds. */
  now: () => number;
  /** How long a token is valid, whatever its form says about that. */
  tokenLifetime: number;
  /** `jwt` carries `exp`; the other two forms do not tell when they expire. */
  tokenForm: "jwt" | "jwt-without-exp" | "opaque";
  /** Sent as `expiresIn` beside the token when set; does not change the real lifetime. */
  expiresIn: number | undefined;
  /** How long a QR text stays before the next one replaces it. */
  qrLifetime: number;
  qrForm: "text" | "base64" | "data-url";
  qrField: QrField | `data.${QrField}`;
  /** What a QR text begins with, before WhatsApp's `2@…`; empty for codes as they were until 2025. */
  qrPrefix: string;
  /** How long a new session says `starting` and has no QR. */
  startingFor: number;
  /** How long after its first QR a session is scanned by itself; 0 is never. */
  scanAfter: number;
  /** How long a new key is refused. */
  keyActiveAfter: number;
  /** The status with which the exchange refuses a key. */
  refusedKeyStatus: 401 | 403;
  /** The field of a send's answer that holds the message's id, and whether the id is a number. */
  taskIdField: "taskId" | "id";
  numericTaskIds: boolean;
  /** Whether a user's create with an `Idempotency-Key` seen before returns the client of then. */
  idempotentCreate: boolean;
  /** Decides on the user's Supabase JWT at creation. */
  acceptUserToken: (jwt: string) => boolean | Promise<boolean>;
  /** The word that the status call answers for a state; `wppconnectWord` gives wppconnect's. */
  statusWord: (state: SessionState) => string;
  /** The field of that word. */
  statusField: "status" | "state";
  /** What every apiKey and opaque token begins with, so that a test can look for leaks. */
  secretPrefix: string;
  /** Whether requests are recorded: the list grows with each of them. */
  recordsRequests: boolean;
}

/** What {@link createSimulator} takes; whatever is left out has the default below. */
export type SimulatorOptions = Partial<Settings>;

/** The settings of a simulator made with these options. */
export function settingsFrom(options: SimulatorOptions): Settings {
  const defaults: Settings = {
    now: () => Date.now(), // looked up per call: a test may fake the clock later
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
    acceptUserToken: (jwt) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt),
    statusWord: (state) => state,
    statusField: "status",
    secretPrefix: "wpp_sim_",
    recordsRequests: true,
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
