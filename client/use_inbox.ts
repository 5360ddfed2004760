// @ts-types="@types/react"
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Inbox, InboxOptions } from "./inbox.ts";
import { EMPTY_INBOX, type InboxSnapshot } from "./inbox_snapshot.ts";
import type { SupabaseLike } from "./supabase.ts";
import { createWppClient, type WppClient } from "./wpp_client.ts";

/** What the inbox shows, and its functions, which stay the same from render to render. */
export type UsedInbox =
  & InboxSnapshot
  & Pick<Inbox, "open" | "more" | "send" | "markRead" | "refresh">;

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
  useEffect(() => {
    const begun = wpp.inbox({ maxChats, maxMessages });
    setInbox(begun);
    return () => {
      begun.close();
      setInbox(undefined);
    };
  }, [wpp, maxChats, maxMessages]);
  const snapshot = useSyncExternalStore(
    inbox?.subscribe ?? NEVER,
    inbox?.getSnapshot ?? empty,
    empty,
  );
  return { ...snapshot, ...useFunctions(inbox) };
}

const NEVER = () => () => {};
const empty = () => EMPTY_INBOX;

/** Of the inbox that there is when they are called. */
function useFunctions(inbox: Inbox | undefined): Omit<UsedInbox, keyof InboxSnapshot> {
  const latest = useRef(inbox);
  latest.current = inbox;
  const open = useCallback(async (chatId: string | null) => await latest.current?.open(chatId), []);
  const more = useCallback(
    async (what?: "chats" | "messages") => await latest.current?.more(what),
    [],
  );
  const send = useCallback<Inbox["send"]>(
    (input, options) => {
      if (latest.current) return latest.current.send(input, options);
      return Promise.reject(new Error("The component of this inbox does not show."));
    },
    [],
  );
  const markRead = useCallback(async () => await latest.current?.markRead(), []);
  const refresh = useCallback(() => latest.current?.refresh(), []);
  return { open, more, send, markRead, refresh };
}
