import type { InboxSnapshot, WppError } from "../../client/wpp_client.ts";
import { Chats } from "./chats.ts";
import { connecting } from "./connecting.ts";
import type { IdleScreen } from "./idle_view.ts";
import { Numbers } from "./numbers.ts";
import { failedScreen, type Screen, type Services } from "./screens.ts";
import type { Draft } from "./send_form.ts";
import { since } from "./since.ts";
import { Stage, type StageOptions } from "./stage.ts";
import { type SeenStatus, StatusWatch } from "./watch_status.ts";

export interface AppOptions extends Services, StageOptions {
  onUser: (email: string | undefined) => void;
}

/** Decides what is shown. Only one thing runs at a time, connecting or watching the status. */
export class App {
  #options: AppOptions;
  #draft: Draft = { to: "", text: "" };
  #stage: Stage;
  #numbers: Numbers;
  readonly #chats: Chats;
  #screen: Screen = { name: "loading" };
  /** Aborts what runs. */
  #running = new AbortController();
  #statusWatch: StatusWatch | undefined;
  /** The number that was chosen; undefined: the primary one, whichever that is. */
  #session: string | undefined;

  constructor(options: AppOptions) {
    this.#options = options;
    this.#chats = new Chats({ ...options, onSnapshot: (snapshot) => this.#onSnapshot(snapshot) });
    this.#stage = new Stage(options, {
      ...options,
      chats: this.#chats,
      draft: this.#draft,
      onSignedIn: () => this.start(),
      signIn: () => this.#signIn(),
      connect: (reconnect) => this.connect(this.#session, reconnect),
      cancel: () => this.#choose(this.#session),
      checkNow: () => {
        this.#watch();
        this.#chats.refresh();
      },
      onLost: (error) => this.#lost(error),
    });
    this.#numbers = this.#newNumbers();
    options.supabase.auth.onAuthStateChange((event) => {
      const wasSignedIn = this.#screen.name !== "sign_in" && this.#screen.name !== "loading";
      if (event === "SIGNED_OUT" && wasSignedIn) this.#signIn(true);
    });
  }

  /** Shows the first screen: the sign-in form, or the connection of the signed-in user. */
  async start(): Promise<void> {
    const { data } = await this.#options.supabase.auth.getSession();
    this.#options.onUser(data.session?.user.email);
    if (!data.session) return this.#signIn();
    this.#chats.begin();
    const begun = connecting.now();
    if (begun) return this.connect(begun.session);
    this.#choose();
  }

  async signOut(): Promise<void> {
    Object.assign(this.#draft, { to: "", text: "" });
    this.#signIn();
    await this.#options.supabase.auth.signOut({ scope: "local" });
  }

  /** Draws the screen again, after the language has changed. */
  redraw(): void {
    this.#stage.clear();
    this.#numbers.draw();
    this.#show(this.#screen);
  }

  /** Connects the number of that session, or goes on with it; left out, the organization's first. */
  async connect(session?: string, reconnect = false): Promise<void> {
    const signal = this.#begin();
    this.#session = session;
    connecting.begin(session);
    const last = await this.#options.wpp.connect({
      signal,
      ...(reconnect || session !== undefined ? { reconnect: true, session } : {}),
      onState: (state) => {
        // Connected anew, a number may have a new session.
        if (session !== undefined && "session" in state) {
          this.#session = state.session;
          connecting.begin(state.session);
        }
        if (state.step !== "connected") this.#show({ name: "connect", state });
      },
    });
    if (signal.aborted) return;
    connecting.end();
    if (last.step !== "connected") return;
    since.begin(last.session, last.checkedAt);
    this.#connected(last.session, last.checkedAt);
    this.#watch(last.session);
  }

  #newNumbers(): Numbers {
    return new Numbers(this.#options.wpp, {
      choose: (session) => this.#choose(session),
      stay: (session) => this.#session = session,
      onDone: () => this.#chats.refresh(),
      connect: (session) => this.connect(session),
      onLost: (error) => this.#lost(error),
    });
  }

  /** Looks at the number of that session from now on; left out, at the primary one. */
  #choose(session?: string): void {
    connecting.end();
    this.#session = session;
    this.#show({ name: "loading" });
    this.#watch();
  }

  #signIn(ended = false): void {
    this.#begin();
    connecting.end();
    this.#options.onUser(undefined);
    this.#chats.end();
    this.#numbers = this.#newNumbers();
    this.#show({ name: "sign_in", ended });
  }

  /** Shows the connection's status from now on. `known`: the session whose status is shown already. */
  #watch(known?: string): void {
    this.#statusWatch = new StatusWatch(this.#options.wpp, {
      signal: this.#begin(),
      session: this.#session,
      known,
      inbox: () => this.#chats.snapshot,
      onStatus: (status) => this.#showStatus(status),
      onProblem: (error) => this.#lost(error),
    });
  }

  #showStatus({ session, status, checkedAt }: SeenStatus): void {
    if (status === "connected") return this.#connected(session, checkedAt);
    if (status === "unknown" && this.#screen.name === "connected") return;
    since.end(session);
    const reason = status === "disconnected" ? "disconnected" : "unfinished";
    this.#numbers.saw(session, status);
    this.#show({ name: "idle", reason, session });
  }

  #onSnapshot({ connections, problem }: InboxSnapshot): void {
    this.#numbers.show(connections);
    this.#statusWatch?.look();
    if (problem?.code === "unauthorized") this.#signIn(true);
  }

  /** Shows what the failure of a status check or of a send means for the connection. */
  #lost(error: WppError): void {
    if (error.code === "unauthorized") return this.#signIn(true);
    const { name } = this.#screen;
    if (error.code === "integration_not_found") {
      // Another number may have become the primary one.
      const mayHaveAnother = name === "connected" || this.#session !== undefined;
      return mayHaveAnother ? this.#choose() : this.#idle("never");
    }
    if (error.code === "not_connected") return this.#idle("disconnected");
    if (error.retryable && (name === "connected" || name === "loading")) {
      return this.#show({ ...this.#screen, problem: error });
    }
    if (error.retryable && name === "idle") return;
    this.#show(failedScreen(error));
  }

  #idle(reason: IdleScreen["reason"]): void {
    this.#begin();
    const session = this.#screen.name === "connected" ? this.#screen.session : undefined;
    this.#numbers.saw(session, "disconnected");
    this.#show({ name: "idle", reason, session });
  }

  #connected(session: string, checkedAt: string): void {
    this.#numbers.saw(session, "connected");
    this.#show({ name: "connected", session, checkedAt, since: since.of(session, checkedAt) });
  }

  /** Aborts what runs, and returns the signal for what begins. */
  #begin(): AbortSignal {
    this.#running.abort();
    this.#running = new AbortController();
    return this.#running.signal;
  }

  #show(screen: Screen): void {
    this.#screen = screen;
    const { name } = screen;
    const hasNumbers = name !== "sign_in" && name !== "connect";
    const isNew = this.#stage.show(screen, hasNumbers ? this.#numbers.element : "");
    if (isNew && (name === "idle" || name === "connected")) this.#chats.refresh();
  }
}
