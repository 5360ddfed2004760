import { authenticate } from "./auth/caller.ts";
import type { Env } from "./env.ts";
import { isSecureUrl } from "./lib/secure_url.ts";
import { reachabilityOf } from "./platform/reachability.ts";

/** The header by which `deno task doctor` asks any function for a diagnosis. */
const HEADER = "x-wpp-doctor";

/** What only the functions know of how they run. */
export interface Diagnosis {
  platform: "reachable" | "unreachable";
  /** What works and should be otherwise, in sentences. Told only to a caller whose token is verified. */
  warnings?: string[];
}

/**
 * The diagnosis, where the request asks for one. Nobody need be signed in for it, so that a new
 * project can be checked before it has users.
 *
 * @throws AppError as `authenticate` does, when the request brings an access token.
 */
export async function diagnose(request: Request, env: Env): Promise<Diagnosis | undefined> {
  if (!request.headers.has(HEADER)) return undefined;
  const caller = request.headers.has("authorization") && await authenticate(request, env);
  const isReachable = await reachabilityOf(env).isReachable();
  return {
    platform: isReachable ? "reachable" : "unreachable",
    warnings: caller ? configurationWarnings(env) : undefined,
  };
}

/** What of the configuration works and should be otherwise. Names variables, never their values. */
export function configurationWarnings(env: Env): string[] {
  const warnings: string[] = [];
  if (env.encryptionKeys.length === 0) {
    warnings.push("WPP_ENCRYPTION_KEYS is not set: apiKeys and tokens are stored in the clear.");
  }
  if (env.webhookUrl === undefined) {
    warnings.push(
      "WPP_WEBHOOK_URL is not set, and SUPABASE_URL is known inside the project alone: WPP Platform " +
        "cannot be told where to post what comes in, so nothing is received.",
    );
  }
  if (env.publicUrl === undefined) {
    warnings.push(
      "SUPABASE_PUBLIC_URL is not set, and SUPABASE_URL is known inside the project alone: WPP " +
        "Platform could not fetch files, so none are sent.",
    );
  }
  if (!isSecureUrl(env.wppBaseUrl)) {
    warnings.push(
      "WPP_BASE_URL is not https: apiKeys, tokens and messages can be read on the way.",
    );
  }
  return warnings;
}
