import type { SessionLike, SupabaseLike } from "./supabase.ts";

export interface UserEvents {
  /** Another user is signed in than before, or nobody (null). `""` where supabase-js cannot tell. */
  onUser(user: string | null): void;
  /** The same user has another token. */
  onToken?(): void;
}

/**
 * Tells who is signed in, soon after the call, and each change of it, until the function that it
 * returns is called. With an `accessToken` of the app's own supabase-js throws at each use of `auth`:
 * the user is unknown then, and a change of it is seen only by what the database answers.
 */
export function watchUser(supabase: SupabaseLike, { onUser, onToken }: UserEvents): () => void {
  let isOver = false;
  let known: { user: string | null; token: string | undefined } | undefined;
  const take = (user: string | null, token?: string) => {
    if (isOver) return;
    const before = known;
    known = { user, token };
    if (before?.user !== user || !before) onUser(user);
    else if (before.token !== token) onToken?.();
  };
  const unsubscribe = listen(supabase, take);
  return () => {
    isOver = true;
    unsubscribe();
  };
}

type Take = (user: string | null, token?: string) => void;

function listen(supabase: SupabaseLike, take: Take): () => void {
  const takeSession = (session: SessionLike | null) =>
    take(session?.user.id ?? null, session?.access_token);
  try {
    const { auth } = supabase;
    if (auth!.onAuthStateChange) {
      // Nothing is awaited in here: auth-js holds its lock meanwhile.
      const { data } = auth!.onAuthStateChange((_event, session) => takeSession(session));
      return () => data.subscription.unsubscribe();
    }
    void auth!.getSession().then(({ data }) => takeSession(data.session), () => take(""));
  } catch {
    void Promise.resolve().then(() => take(""));
  }
  return () => {};
}
