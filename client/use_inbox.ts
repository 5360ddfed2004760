// @ts-types="@types/react"
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Inbox, InboxOptions } from "./inbox.ts";
import { EMPTY_INBOX, type InboxSnapshot } from "./inbox_snapshot.ts";
import type { SupabaseLike } from "./supabase.ts";
import { createWppClient, type WppClient } from "./wpp_client.ts";

/** What the inbox shows, and its functions, which stay the same from render to render. */
export type UsedInbox =
  & InboxSnapshot
  & Pick<Inbox, "open" | "more" | "send" | "sendFile" | "markRead" | "refresh">;

/**
 * The signed-in user's inbox while the component shows. On a server, and before the component shows,
 * it is empty.
 *
 * @param supabase A supabase-js client, or what `createWppClient` made of it. Another one begins anew:
 * keep it outside of the component, or in a `useMemo`.
 */
export function useInbox(
  supabase: SupabaseLike | WppClient,
  { maxChats, maxMessages }: InboxOptions = {},
): UsedInbox {
  const wpp = useMemo(
    () => "inbox" in supabase ? supabase : createWppClient(supabase),
    [supabase],
  );
  const [inbox, setInbox] = useState<Inbox>();
  const { begin, functions } = useFunctions();
  useEffect(() => {
    const begun = wpp.inbox({ maxChats, maxMessages });
    const end = begin(begun);
    setInbox(begun);
    return () => {
      end();
      begun.close();
      setInbox(undefined);
    };
  }, [wpp, maxChats, maxMessages, begin]);
  const snapshot = useSyncExternalStore(
    inbox?.subscribe ?? NEVER,
    inbox?.getSnapshot ?? empty,
    empty,
  );
  return { ...snapshot, ...functions };
}

const NEVER = () => () => {};
const empty = () => EMPTY_INBOX;

/** Functions that stay the same, of the inbox that has begun when they are called. */
function useFunctions() {
  const current = useRef<Inbox | undefined>(undefined);
  /** The chat that an effect of a child's has opened before there was an inbox. */
  const wanted = useRef<string | null>(null);
  const begin = useCallback((inbox: Inbox) => {
    current.current = inbox;
    if (wanted.current !== null) void inbox.open(wanted.current);
    wanted.current = null;
    return () => void (current.current = undefined);
  }, []);
  const functions = useMemo((): Omit<UsedInbox, keyof InboxSnapshot> => ({
    async open(chatId) {
      if (!current.current) wanted.current = chatId;
      await current.current?.open(chatId);
    },
    more: async (what) => await current.current?.more(what),
    async send(input, options) {
      if (!current.current) throw new Error("The inbox is closed.");
      return await current.current.send(input, options);
    },
    async sendFile(file, options) {
      if (!current.current) throw new Error("The inbox is closed.");
      return await current.current.sendFile(file, options);
    },
    markRead: async () => await current.current?.markRead(),
    refresh: () => current.current?.refresh(),
  }), []);
  return { begin, functions };
}
