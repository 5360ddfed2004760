import type { SupabaseLike } from "./supabase.ts";

/** Who is signed in, where supabase-js knows: with an `accessToken` of the app's own it throws. */
export async function userOf({ auth }: SupabaseLike): Promise<string> {
  try {
    const { data } = await auth!.getSession();
    return data.session?.user.id ?? "";
  } catch {
    return "";
  }
}
