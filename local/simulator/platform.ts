import { SignJWT } from "jose";
import { Messages } from "./messages.ts";
import type { SessionState, Settings } from "./options.ts";
import { SharedFiles } from "./shared_files.ts";
import { Webhooks } from "./webhooks.ts";

/** An account at the platform, as the create call made it. */
export interface SimulatedClient {
  readonly id: string;
  readonly apiKey: string;
  readonly session: string;
  /** The `sub` of the user's JWT, null when it could not be read; by the secret, the organization. */
  readonly owner: string | null;
  readonly idempotencyKey: string | null;
  /** In milliseconds since 1970, like all times here. */
  readonly createdAt: number;
}

interface Account extends SimulatedClient {
  keyRevoked: boolean;
  forgotten: boolean;
  scannedAt: number | null;
  disconnected: boolean;
  /** When it was started; null while it waits for that. */
  startedAt: number | null;
}

/** What the platform remembers: clients, sessions, tokens, messages and webhooks. No HTTP here. */
export class Platform {
  /** By session. */
  readonly #accounts = new Map<string, Account>();
  readonly #tokens = new Map<string, { account: Account; expiresAt: number }>();
  readonly #signingKey = crypto.getRandomValues(new Uint8Array(32));

  readonly #settings: Settings;
  readonly messages: Messages;
  readonly webhooks = new Webhooks();
  readonly files = new SharedFiles();

  constructor(settings: Settings) {
    this.#settings = settings;
    this.messages = new Messages(settings);
  }

  get clients(): SimulatedClient[] {
    return [...this.#accounts.values()].map((
      { id, apiKey, session, owner, idempotencyKey, createdAt },
    ) => ({
      id,
      apiKey,
      session,
      owner,
      idempotencyKey,
      createdAt,
    }));
  }

  create(owner: string | null, idempotencyKey: string | null): SimulatedClient {
    const existing = this.#settings.idempotentCreate && idempotencyKey !== null &&
      this.#find((one) => one.owner === owner && one.idempotencyKey === idempotencyKey);
    if (existing) return existing;
    const { now, needsStart } = this.#settings;
    const account: Account = {
      id: crypto.randomUUID(),
      apiKey: `${this.#settings.secretPrefix}key_${randomText()}`,
      session: String(this.#accounts.size + 1).padStart(13, "0"),
      owner,
      idempotencyKey,
      createdAt: now(),
      startedAt: needsStart ? null : now(),
      keyRevoked: false,
      forgotten: false,
      scannedAt: null,
      disconnected: false,
    };
    this.#accounts.set(account.session, account);
    return account;
  }

  /** A new token for a key; null when the key is unknown, revoked or not active yet. */
  async exchange(apiKey: string): Promise<string | null> {
    const { now, keyActiveAfter, tokenLifetime, tokenForm } = this.#settings;
    const account = this.#find((one) => one.apiKey === apiKey);
    if (!account || account.keyRevoked) return null;
    if (now() < account.createdAt + keyActiveAfter * 1000) return null;
    const issuedAt = Math.floor(now() / 1000);
    const expiresAt = issuedAt + tokenLifetime;
    const token = tokenForm === "opaque"
      ? `${this.#settings.secretPrefix}token_${randomText()}`
      : await this.#sign(account, issuedAt, tokenForm === "jwt" ? expiresAt : undefined);
    this.#tokens.set(token, { account, expiresAt: expiresAt * 1000 });
    return token;
  }

  /** The session that a token is for; null when the token is unknown, expired or revoked. */
  sessionOf(token: string): string | null {
    const issued = this.#tokens.get(token);
    return issued && this.#settings.now() < issued.expiresAt ? issued.account.session : null;
  }

  /** Null for a session that does not exist or was forgotten. */
  stateOf(session: string): SessionState | null {
    const account = this.#accounts.get(session);
    if (!account || account.forgotten) return null;
    if (account.disconnected) return "disconnected";
    if (account.scannedAt !== null) return "connected";
    if (account.startedAt === null) return "starting";
    const { now, scanAfter } = this.#settings;
    const sinceFirstQrMs = now() - this.#firstQrAt(account);
    if (sinceFirstQrMs < 0) return "starting";
    return scanAfter > 0 && sinceFirstQrMs >= scanAfter * 1000 ? "connected" : "qr_required";
  }

  /** In how many milliseconds the session scans itself; null where it does not, or did. */
  scansItselfInMs(session: string): number | null {
    const { now, scanAfter } = this.#settings;
    const state = this.stateOf(session);
    if (scanAfter === 0 || (state !== "starting" && state !== "qr_required")) return null;
    const inMs = this.#firstQrAt(this.#account(session)) + scanAfter * 1000 - now();
    return Number.isFinite(inMs) ? inMs : null;
  }

  /** How many QR codes of a session were replaced by now. */
  qrPeriodOf(session: string): number {
    const sinceFirstQrMs = this.#settings.now() - this.#firstQrAt(this.#account(session));
    return Math.floor(sinceFirstQrMs / (this.#settings.qrLifetime * 1000));
  }

  /** Begins the life of a session that waits for it; a stopped one is scanned anew. */
  start(session: string): void {
    this.#account(session).startedAt ??= this.#settings.now();
  }

  /** Ends a session; its key and its tokens stay valid, unless the settings say otherwise. */
  stop(session: string): void {
    if (this.#settings.stopForgets) this.forget(session);
    else this.disconnect(session);
  }

  scan(session: string): void {
    Object.assign(this.#account(session), { scannedAt: this.#settings.now(), disconnected: false });
  }

  disconnect(session: string): void {
    this.#account(session).disconnected = true;
  }

  forget(session: string): void {
    this.#account(session).forgotten = true;
  }

  revokeKey(apiKey: string): void {
    const account = this.#find((one) => one.apiKey === apiKey);
    if (!account) throw new Error("Cannot revoke the key: no client has it");
    account.keyRevoked = true;
  }

  revokeTokens(session?: string): void {
    for (const [token, { account }] of this.#tokens) {
      if (session === undefined || account.session === session) this.#tokens.delete(token);
    }
  }

  #find(isMeant: (account: Account) => boolean): Account | undefined {
    return [...this.#accounts.values()].find(isMeant);
  }

  #account(session: string): Account {
    const account = this.#accounts.get(session);
    if (!account) throw new Error(`Cannot find the session: ${session} was never created`);
    return account;
  }

  #firstQrAt(account: Account): number {
    return (account.startedAt ?? Infinity) + this.#settings.startingFor * 1000;
  }

  #sign(account: Account, issuedAt: number, expiresAt?: number): Promise<string> {
    const jwt = new SignJWT({ account: account.session })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setIssuedAt(issuedAt)
      .setJti(crypto.randomUUID());
    if (expiresAt !== undefined) jwt.setExpirationTime(expiresAt);
    return jwt.sign(this.#signingKey);
  }
}

function randomText(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
