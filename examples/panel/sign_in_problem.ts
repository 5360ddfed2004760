import type { Texts } from "./texts_en.ts";

/** What supabase-js says of a sign-in that failed. */
export interface SignInError {
  /** 0 where no answer came, undefined where the answer was not understood. */
  status?: number;
  code?: string;
}

type Sentence = keyof Texts["signInProblems"];

/** By the code of Supabase Auth. Others are known by their status. */
const BY_CODE: Record<string, Sentence> = {
  invalid_credentials: "wrong",
  validation_failed: "malformed",
  email_address_invalid: "malformed",
  email_not_confirmed: "notConfirmed",
  user_banned: "banned",
  email_provider_disabled: "passwordsOff",
  provider_disabled: "passwordsOff",
  signup_disabled: "signUpOff",
  over_request_rate_limit: "tooMany",
};

/** The sentence that says why signing in failed, and what to do. */
export function signInProblem({ status = 500, code = "" }: SignInError, texts: Texts): string {
  const name = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : byStatus(status);
  return texts.signInProblems[name];
}

function byStatus(status: number): Sentence {
  if (status === 0) return "unreachable";
  if (status === 429) return "tooMany";
  if (status >= 500) return "unavailable";
  return status === 422 ? "malformed" : "refused";
}
