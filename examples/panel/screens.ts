import type { SupabaseClient } from "@supabase/supabase-js";
import type { WppClient, WppError } from "../../client/wpp_client.ts";
import type { Chats } from "./chats.ts";
import { type ConnectScreen, connectView } from "./connect_view.ts";
import { type ConnectedScreen, connectedView } from "./connected_view.ts";
import type { View } from "./dom.ts";
import { type IdleScreen, idleView, type LoadingScreen, loadingView } from "./idle_view.ts";
import { errorText, t } from "./language.ts";
import type { IncomingWriting } from "./phone_writes.ts";
import type { Draft } from "./send_form.ts";
import { type SignInScreen, signInView } from "./sign_in.ts";

/** What is shown, apart from the list of numbers. */
export type Screen = LoadingScreen | SignInScreen | IdleScreen | ConnectScreen | ConnectedScreen;

/** What the page works with. */
export interface Services {
  supabase: SupabaseClient;
  wpp: WppClient;
  demo?: { email: string; password: string };
  simulateScan?: (session: string) => Promise<void>;
  simulateIncoming?: (session: string, writing: IncomingWriting) => Promise<void>;
}

/** What screens work with, and what their buttons do. */
export interface ScreenOptions extends Services {
  chats: Chats;
  draft: Draft;
  onSignedIn(): void;
  signIn(): void;
  connect(reconnect?: boolean): void;
  cancel(): void;
  checkNow(): void;
  onLost(error: WppError): void;
}

/** What is shown of a failure that does not pass. */
export function failedScreen(error: WppError): ConnectScreen {
  const { code, action, message } = error;
  return { name: "connect", state: { step: "failed", code, action, message, error } };
}

/** A view for a screen. It is updated only with screens of the same key, so of the same type. */
export function viewOf(screen: Screen, options: ScreenOptions): View<Screen> {
  switch (screen.name) {
    case "loading":
      return loadingView(screen);
    case "sign_in":
      return signInView(options, screen);
    case "idle":
      return idleView(() => options.connect(), screen);
    case "connect":
      return connectView({ ...options, retry: options.connect }, screen);
    case "connected":
      return connectedView(options, screen);
  }
}

/** A screen with the same key as the last one updates its view; another key gets a new view. */
export function keyOf(screen: Screen): string {
  if (screen.name === "connect") return screen.state.step;
  if (screen.name === "connected") return `connected ${screen.session}`;
  return screen.name === "idle" ? `idle ${screen.reason} ${screen.session}` : screen.name;
}

/** What screen readers say when a screen appears. Most are read by their focused heading. */
export function announcement(screen: Screen): string {
  if (screen.name === "loading") return t().loading;
  if (screen.name === "connected") return t().connected; // the chats have the focus
  if (screen.name === "connect" && screen.state.step === "failed") {
    return errorText(screen.state.code);
  }
  return "";
}
