import type { z } from "../deps/zod.ts";
import type { ErrorCode } from "../errors.ts";

/** One function, as callers see it. */
export interface FunctionContract {
  /** Also that of its folder in `supabase/functions`. */
  name: string;
  /** In one sentence, for documents. */
  summary: string;
  methods: readonly Method[];
  /** Who may call. */
  callers: readonly CallerKind[];
  input: z.ZodObject;
  output: z.ZodType;
  /** What each status of a success means. */
  successes: Readonly<Partial<Record<200 | 201 | 202, string>>>;
  errors: readonly ErrorCode[];
  /** What PATCH takes and answers, where the function has it besides. */
  patch?: Pick<FunctionContract, "summary" | "output" | "successes"> & { input: z.ZodObject };
}

export type Method = "GET" | "POST" | "PATCH";

/** A signed-in user, or the project's own server, by its secret key. */
export type CallerKind = "user" | "server";

export const USERS_AND_SERVERS = ["user", "server"] as const satisfies CallerKind[];

/** Errors of every function; any of them may take too long, which is `gateway_timeout`. */
export const COMMON_ERRORS = [
  "invalid_request",
  "invalid_json",
  "unauthorized",
  "no_organization",
  "method_not_allowed",
  "payload_too_large",
  "unsupported_media_type",
  "internal",
  "misconfigured",
  "gateway_timeout",
  "auth_unavailable",
  "database_unavailable",
] as const satisfies ErrorCode[];

/** Errors of every function that asks the platform. */
export const PLATFORM_ERRORS = [
  ...COMMON_ERRORS,
  "rate_limited",
  "gateway_error",
  "gateway_invalid_response",
  "gateway_unreachable",
] as const satisfies ErrorCode[];

/** Errors of every function that uses a connection which exists. */
export const CONNECTION_ERRORS = [
  ...PLATFORM_ERRORS,
  "integration_not_found",
  "reconnect_required",
] as const satisfies ErrorCode[];

/** What a function's use case gets, after its input was checked. */
export type InputOf<Contract extends FunctionContract> = z.output<Contract["input"]>;
/** What it answers. */
export type OutputOf<Contract extends FunctionContract> = z.input<Contract["output"]>;
