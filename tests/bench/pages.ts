/** Pages that show the chats of an organization, as the typed client keeps them. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { createWppClient } from "../../client/wpp_client.ts";
import type { SupabaseLike } from "../../client/supabase.ts";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import type { Backend, Counts } from "./backend.ts";
import type { Organization } from "./organizations.ts";

/** How a page learns of changes. */
export type Way = "push" | "polling";

/** A page that is open. */
export interface Page extends Disposable {
  /** Resolves when the last message of a chat is this text. */
  shows(text: string): Promise<void>;
  /** Resolves when its chats are there, and changes are told where it waits for them to be. */
  readonly ready: Promise<void>;
}

/** A client that is signed in as the organization's user. `counts` counts calls of functions. */
export function signedIn(backend: Backend, user: Organization, counts: Counts): SupabaseClient {
  return createClient(backend.realtimeUrl, DEVELOPMENT_KEYS.publishableKey, {
    accessToken: () => Promise.resolve(user.token),
    global: {
      fetch: (input, init) => {
        const url = String(input);
        const name = /\/functions\/v1\/([\w-]+)/.exec(url)?.[1];
        if (name === undefined) {
          return fetch(url.replace(backend.realtimeUrl, backend.supabaseUrl), init);
        }
        counts[name] = (counts[name] ?? 0) + 1;
        return Promise.resolve(Response.json({ connections: [] })); // it is the number that matters
      },
    },
  });
}

export function openPage(
  backend: Backend,
  user: Organization,
  way: Way,
  counts: Counts = {},
): Page {
  const supabase = signedIn(backend, user, counts);
  const { auth, functions } = supabase;
  const schema = supabase.schema.bind(supabase);
  const client: SupabaseLike = way === "push" ? supabase : { auth, functions, schema };
  const inbox = createWppClient(client).inbox();
  const until = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      if (isSo()) return resolve();
      const stop = inbox.subscribe(() => {
        if (!isSo()) return;
        stop();
        resolve();
      });
    });
  return {
    ready: until(() => {
      const { isLoaded, channel } = inbox.getSnapshot();
      return isLoaded && (way === "polling" || channel === "live");
    }),
    shows: (text) => until(() => inbox.getSnapshot().chats[0]?.last_message?.text === text),
    [Symbol.dispose]() {
      inbox.close();
      void supabase.removeAllChannels();
    },
  };
}
