import type { SupabaseClient } from "@supabase/supabase-js";
import { type WppClient, WppError } from "../../client/wpp_client.ts";
import { type ConnectScreen, connectView } from "./connect_view.ts";
import { type ConnectedScreen, connectedView } from "./connected_view.ts";
import { type View } from "./dom.ts";
import { type IdleScreen, idleView, type LoadingScreen, loadingView } from "./idle_view.ts";
import { errorText, t } from "./language.ts";
import { type SignInScreen, signInView } from "./sign_in.ts";
import { since } from "./since.ts";
import { watchStatus } from "./watch_status.ts";

type Screen = LoadingScreen | SignInScreen | IdleScreen | ConnectScreen | ConnectedScreen;

export interface AppOptions {
  supabase: SupabaseClient;
  wpp: WppClient;
  demo?: { email: string; password: string };
  simulateScan?: (session: string) => Promise<void>;
  /** Where the screen goes. */
  slot: HTMLElement;
  /** Is read aloud. */
  announce: (text: string) => void;
  onUser: (email: string | undefined) => void;
}

/** Survives a reload: the connection goes on where it was. */
const CONNECTING = "panel.connecting";

/** Decides what is shown. One thing runs at a time: another one ends it. */
export class App {
  #options: AppOptions;
  #screen: Screen = { name: "loading" };
  #view?: { key: string; view: View<Screen> };
  #running = new AbortController();
  #draft = { to: "", text: "" };

  constructor(options: AppOptions) {
    this.#options = options;
    options.supabase.auth.onAuthStateChange((event) => {
      const here = this.#screen.name !== "sign_in" && this.#screen.name !== "loading";
      if (event === "SIGNED_OUT" && here) this.#signIn(true);
    });
  }

  /** Shows what is right for whoever is signed in. */
  async start(): Promise<void> {
    const { data } = await this.#options.supabase.auth.getSession();
    this.#options.onUser(data.session?.user.email);
    if (!data.session) return this.#signIn();
    if (sessionStorage.getItem(CONNECTING)) return this.connect();
    this.#show({ name: "loading" });
    this.#watch();
  }

  async signOut(): Promise<void> {
    Object.assign(this.#draft, { to: "", text: "" });
    this.#signIn();
    await this.#options.supabase.auth.signOut({ scope: "local" });
  }

  /** Draws the screen anew, in another language. */
  redraw(): void {
    this.#view = undefined;
    this.#show(this.#screen);
  }

  async connect(reconnect = false): Promise<void> {
    const signal = this.#begin();
    sessionStorage.setItem(CONNECTING, "yes");
    const last = await this.#options.wpp.connect({
      signal,
      ...(reconnect ? { reconnect } : {}),
      onState: (state) => {
        if (state.step !== "connected") this.#show({ name: "connect", state });
      },
    });
    if (signal.aborted) return;
    sessionStorage.removeItem(CONNECTING);
    if (last.step !== "connected") return;
    since.begin(last.session, last.checkedAt);
    this.#connected(last.session, last.checkedAt);
    this.#watch(true);
  }

  #cancel(): void {
    sessionStorage.removeItem(CONNECTING);
    this.#show({ name: "loading" });
    this.#watch();
  }

  #signIn(ended = false): void {
    this.#begin();
    sessionStorage.removeItem(CONNECTING);
    this.#options.onUser(undefined);
    this.#show({ name: "sign_in", ended });
  }

  /** Follows how the connection stands. */
  #watch(known = false): void {
    watchStatus(this.#options.wpp, {
      signal: this.#begin(),
      known,
      onStatus: ({ session, status, checkedAt }) => {
        if (status === "connected") return this.#connected(session, checkedAt);
        if (status === "unknown" && this.#screen.name === "connected") return;
        since.end(session);
        const reason = status === "disconnected" ? "disconnected" : "unfinished";
        this.#show({ name: "idle", reason });
      },
      onProblem: (error) => this.#lost(error),
    });
  }

  /** A question about the connection failed. */
  #lost(error: WppError): void {
    if (error.code === "unauthorized") return this.#signIn(true);
    if (error.code === "integration_not_found") return this.#idle("never");
    if (error.code === "not_connected") return this.#idle("disconnected");
    const { name } = this.#screen;
    if (error.retryable && (name === "connected" || name === "loading")) {
      return this.#show({ ...this.#screen, problem: error });
    }
    if (error.retryable && name === "idle") return;
    const { code, action, message } = error;
    this.#show({ name: "connect", state: { step: "failed", code, action, message, error } });
  }

  #idle(reason: IdleScreen["reason"]): void {
    this.#begin();
    this.#show({ name: "idle", reason });
  }

  #connected(session: string, checkedAt: string): void {
    this.#show({ name: "connected", session, checkedAt, since: since.of(session, checkedAt) });
  }

  /** Ends what runs, and gives the signal for the next. */
  #begin(): AbortSignal {
    this.#running.abort();
    this.#running = new AbortController();
    return this.#running.signal;
  }

  #show(screen: Screen): void {
    this.#screen = screen;
    const key = keyOf(screen);
    if (this.#view?.key === key) return this.#view.view.update(screen);
    const { slot, announce } = this.#options;
    const first = this.#view === undefined;
    const view = this.#viewOf(screen);
    this.#view = { key, view };
    slot.replaceChildren(view.element);
    if (!first) slot.querySelector("h2")?.focus();
    announce(announcement(screen));
  }

  #viewOf(screen: Screen): View<Screen> {
    switch (screen.name) {
      case "loading":
        return loadingView(screen) as View<Screen>;
      case "sign_in":
        return signInView({ ...this.#options, onSignedIn: () => this.start() }, screen) as View<
          Screen
        >;
      case "idle":
        return idleView(() => this.connect(), screen) as View<Screen>;
      case "connect":
        return connectView({
          cancel: () => this.#cancel(),
          retry: (reconnect) => this.connect(reconnect),
          signIn: () => this.#signIn(),
          simulateScan: this.#options.simulateScan,
        }, screen) as View<Screen>;
      case "connected":
        return connectedView({
          wpp: this.#options.wpp,
          draft: this.#draft,
          checkNow: () => this.#watch(),
          onLost: (error) => this.#lost(error),
        }, screen) as View<Screen>;
    }
  }
}

/** A screen with the same key as the last one updates it; another one replaces it. */
function keyOf(screen: Screen): string {
  if (screen.name === "connect") return screen.state.step;
  return screen.name === "idle" ? screen.reason : screen.name;
}

/** What is read aloud when a screen comes. */
function announcement(screen: Screen): string {
  if (screen.name === "loading") return t().loading;
  if (screen.name === "connect" && screen.state.step === "failed") {
    return errorText(screen.state.code);
  }
  return "";
}
