import type { FunctionName } from "../../local/functions.ts";
import {
  createOutput,
  errorOutput,
  qrOutput,
  sendOutput,
  statusOutput,
} from "../../supabase/functions/_shared/wpp/contract.ts";
import type { Answer } from "./call.ts";

const SUCCESSES = {
  "wpp-create": { statuses: [200, 201], shape: createOutput },
  "wpp-qr": { statuses: [200, 202], shape: qrOutput },
  "wpp-status": { statuses: [200], shape: statusOutput },
  "wpp-send": { statuses: [202], shape: sendOutput },
};

/** For every function, as README.md lists them; the rest cannot come of calls that are right. */
const COMMON = [
  "503 database_unavailable",
  "502 gateway_error",
  "502 gateway_invalid_response",
  "502 gateway_unreachable",
  "504 gateway_timeout",
  "429 rate_limited",
];
const CONNECTED = [...COMMON, "404 integration_not_found", "409 reconnect_required"];

const FAILURES: Record<FunctionName, string[]> = {
  "wpp-create": [...COMMON, "409 creation_in_progress"],
  "wpp-qr": CONNECTED,
  "wpp-status": CONNECTED,
  "wpp-send": [
    ...CONNECTED,
    "409 not_connected",
    "409 idempotency_in_progress",
    "422 idempotency_key_reused",
    "504 delivery_unknown",
  ],
};
const WITH_RETRY_AFTER = ["429 rate_limited", "409 creation_in_progress"];

/** What an answer says in short, such as `202` or `503 database_unavailable`. */
export function wordOf({ status, body }: Answer): string {
  if (status === 0) return "no answer";
  const code = (body as { error?: { code?: string } } | null)?.error?.code;
  return code === undefined ? String(status) : `${status} ${code}`;
}

/** What is wrong with an answer, by the documentation; undefined when nothing is. */
export function undocumented(name: FunctionName, answer: Answer): string | undefined {
  const { status, body, headers } = answer;
  const word = wordOf(answer);
  const { statuses, shape } = SUCCESSES[name];
  const requestId = headers.get("x-request-id");
  if (!requestId) return `${word} without x-request-id`;
  if (statuses.includes(status)) {
    return shape.safeParse(body).success ? undefined : `${word} of another shape`;
  }
  if (!FAILURES[name].includes(word)) return `${word}, which is not documented`;
  const parsed = errorOutput.safeParse(body);
  if (!parsed.success) return `${word} of another shape`;
  if (parsed.data.error.requestId !== requestId) return `${word} with another request id`;
  if (WITH_RETRY_AFTER.includes(word) && !headers.has("retry-after")) {
    return `${word} without Retry-After`;
  }
}
