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
  /** The element that the screen is shown in. */
  slot: HTMLElement;
  /** Lets screen readers say this. */
  announce: (text: string) => void;
  onUser: (email: string | undefined) => void;
}

/** Set while connecting, so that connecting goes on after a reload of the page. */
const CONNECTING = "panel.connecting";

/** Decides what is shown. Only one thing runs at a time, connecting or watching the status. */
export class App {
  #options: AppOptions;
  #screen: Screen = { name: "loading" };
  #view?: { key: string; view: View<Screen> };
  /** Aborts what runs. */
  #running = new AbortController();
  #draft = { to: "", text: "" };

  constructor(options: AppOptions) {
    this.#options = options;
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
    if (sessionStorage.getItem(CONNECTING)) return this.connect();
    this.#show({ name: "loading" });
    this.#watch();
  }

  async signOut(): Promise<void> {
    Object.assign(this.#draft, { to: "", text: "" });
    this.#signIn();
    await this.#options.supabase.auth.signOut({ scope: "local" });
  }

  /** Draws the screen again, after the language has changed. */
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

  /** Shows the connection's status from now on. `isKnown`: it is shown already. */
  #watch(isKnown = false): void {
    watchStatus(this.#options.wpp, {
      signal: this.#begin(),
      isKnown,
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

  /** Shows what the failure of a status check or of a send means for the connection. */
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

  /** Aborts what runs, and returns the signal for what begins. */
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
    const isFirst = this.#view === undefined;
    const view = this.#viewOf(screen);
    this.#view = { key, view };
    slot.replaceChildren(view.element);
    if (!isFirst) slot.querySelector("h2")?.focus();
    announce(announcement(screen));
  }

  /** A view for a screen. It is updated only with screens of the same key, so of the same type. */
  #viewOf(screen: Screen): View<Screen> {
    switch (screen.name) {
      case "loading":
        return loadingView(screen);
      case "sign_in":
        return signInView({ ...this.#options, onSignedIn: () => this.start() }, screen);
      case "idle":
        return idleView(() => this.connect(), screen);
      case "connect":
        return connectView({
          cancel: () => this.#cancel(),
          retry: (reconnect) => this.connect(reconnect),
          signIn: () => this.#signIn(),
          simulateScan: this.#options.simulateScan,
        }, screen);
      case "connected":
        return connectedView({
          wpp: this.#options.wpp,
          draft: this.#draft,
          checkNow: () => this.#watch(),
          onLost: (error) => this.#lost(error),
        }, screen);
    }
  }
}

/** A screen with the same key as the last one updates its view; another key gets a new view. */
function keyOf(screen: Screen): string {
  if (screen.name === "connect") return screen.state.step;
  return screen.name === "idle" ? screen.reason : screen.name;
}

/** What screen readers say when a screen appears. Most are read by their focused heading. */
function announcement(screen: Screen): string {
  if (screen.name === "loading") return t().loading;
  if (screen.name === "connect" && screen.state.step === "failed") {
    return errorText(screen.state.code);
  }
  return "";
}
