import {
  errorOutput,
  type FunctionContract,
  FUNCTIONS,
} from "../../supabase/functions/_shared/wpp/contract.ts";
import { type ErrorCode, ERRORS } from "../../supabase/functions/_shared/wpp/errors.ts";
import type { Answer } from "./call.ts";
import type { PlannedCall } from "./planned_call.ts";

/** Cannot come of calls that are right, in a project that is configured. */
const NOT_EXPECTED: ErrorCode[] = [
  "invalid_request",
  "invalid_json",
  "unauthorized",
  "method_not_allowed",
  "payload_too_large",
  "unsupported_media_type",
  "internal",
  "misconfigured",
  "auth_unavailable",
];
const WITH_RETRY_AFTER = ["429 rate_limited", "409 creation_in_progress"];

/** What an answer says in short, such as `202` or `503 database_unavailable`. */
export function wordOf({ status, body }: Answer): string {
  if (status === 0) return "no answer";
  const code = (body as { error?: { code?: string } } | null)?.error?.code;
  return code === undefined ? String(status) : `${status} ${code}`;
}

/** Whether it says nothing of what was asked: the database was away, or the process was killed. */
export function mayPass(answer: Answer, killed: ReadonlySet<string>): boolean {
  if (answer.status === 0) return killed.has(answer.process);
  return ["503 database_unavailable", "504 gateway_timeout"].includes(wordOf(answer));
}

/** What is wrong with an answer, by the contract; undefined when nothing is. */
export function undocumented(
  { name, method }: Pick<PlannedCall, "name" | "method">,
  answer: Answer,
): string | undefined {
  const { status, body, headers } = answer;
  const word = wordOf(answer);
  const { patch, errors, ...contract }: FunctionContract = FUNCTIONS[name];
  const { successes, output } = method === "PATCH" && patch ? patch : contract;
  const requestId = headers.get("x-request-id");
  if (!requestId) return `${word} without x-request-id`;
  if (Object.keys(successes).includes(String(status))) {
    return output.safeParse(body).success ? undefined : `${word} of another shape`;
  }
  const documented = errors.filter((code) => !NOT_EXPECTED.includes(code))
    .map((code) => `${ERRORS[code].status} ${code}`);
  if (!documented.includes(word)) return `${word}, which is not documented`;
  const parsed = errorOutput.safeParse(body);
  if (!parsed.success) return `${word} of another shape`;
  if (parsed.data.error.requestId !== requestId) return `${word} with another request id`;
  if (WITH_RETRY_AFTER.includes(word) && !headers.has("retry-after")) {
    return `${word} without Retry-After`;
  }
}
