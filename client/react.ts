/** React's entry: connecting WhatsApp, and the inbox, as hooks. */
// @ts-types="@types/react"
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
export { type UsedInbox, useInbox } from "./use_inbox.ts";
import type { ConnectState } from "./connect_state.ts";
import type { SupabaseLike } from "./supabase.ts";
import { createWppClient, type WppClient } from "./wpp_client.ts";

/** Before anybody has asked to connect, and after `cancel`. */
export interface IdleState {
  step: "idle";
  problem?: undefined;
}

export interface WppConnectionOptions {
  /** The connection's name, where it is new. */
  name?: string | undefined;
  /** Seconds until it fails with `scan_expired`; 300. */
  giveUpAfter?: number | undefined;
  /** Whether to connect as soon as the component shows; false. */
  start?: boolean | undefined;
}

export interface WppConnection {
  state: IdleState | ConnectState;
  /** Begins to connect, or begins anew. For an `onClick`, as the others. */
  connect: () => void;
  /** The same where the platform no longer accepts the connection: a new one in its place. */
  reconnect: () => void;
  /** Stops: no request is sent after it, and the state is `idle`. */
  cancel: () => void;
}

const IDLE: IdleState = { step: "idle" };

/**
 * Connects WhatsApp, and gives each state of it. It stops when the component goes.
 *
 * @param supabase A supabase-js client, or what `createWppClient` made of it. Another one stops and
 * begins anew: keep it outside of the component, or in a `useMemo`.
 */
export function useWppConnection(
  supabase: SupabaseLike | WppClient,
  { name, giveUpAfter, start = false }: WppConnectionOptions = {},
): WppConnection {
  const wpp = useMemo(
    () => "connecting" in supabase ? supabase : createWppClient(supabase),
    [supabase],
  );
  const [state, setState] = useState<WppConnection["state"]>(IDLE);
  const { begin, stop } = useOneAtATime();

  const run = useCallback((reconnect: boolean) => {
    const signal = begin();
    setState({ step: "creating" });
    void wpp.connect({
      ...{ name, giveUpAfter, reconnect, signal },
      // The state before the abort may still be under way to here.
      onState: (state) => !signal.aborted && setState(state),
    });
  }, [begin, wpp, name, giveUpAfter]);
  const connect = useCallback(() => run(false), [run]);
  const reconnect = useCallback(() => run(true), [run]);
  const cancel = useCallback(() => {
    stop();
    setState(IDLE);
  }, [stop]);

  const latest = useRef(connect);
  useEffect(() => void (latest.current = connect), [connect]);
  useEffect(() => {
    if (start) latest.current();
    else setState(IDLE); // what is shown may be of another client
    return stop;
  }, [wpp, start, stop]);

  return { state, connect, reconnect, cancel };
}

/** Lets one thing run at a time, and nothing once the component has gone: a handler may be late. */
function useOneAtATime() {
  const running = useRef<AbortController | undefined>(undefined);
  const isGone = useRef(false);
  const stop = useCallback(() => running.current?.abort(), []);
  const begin = useCallback((): AbortSignal => {
    stop();
    running.current = new AbortController();
    if (isGone.current) stop();
    return running.current.signal;
  }, [stop]);
  useEffect(() => {
    isGone.current = false; // StrictMode takes a component away and brings it back
    return () => {
      isGone.current = true;
      stop();
    };
  }, [stop]);
  return { begin, stop };
}
