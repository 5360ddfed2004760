import { z } from "./deps/zod.ts";
import { AppError } from "./errors.ts";
import {
  allowedOrigins,
  baseUrl,
  encryptionKeys,
  jwks,
  keysByName,
  webhookUrl,
} from "./env_forms.ts";
import { isSecureUrl } from "./lib/secure_url.ts";

/** Every variable the functions read, with the form it must have. Nothing else reads `Deno.env`. */
export const ENV_SCHEMA = {
  SUPABASE_URL: baseUrl.optional(),
  SUPABASE_PUBLIC_URL: baseUrl.optional(),
  SUPABASE_SECRET_KEYS: keysByName.optional(),
  SUPABASE_SECRET_KEY: z.string().optional(),
  SUPABASE_SERVICE_ROLE_KEY: z.string().optional(),
  SUPABASE_PUBLISHABLE_KEYS: keysByName.optional(),
  SUPABASE_PUBLISHABLE_KEY: z.string().optional(),
  SUPABASE_ANON_KEY: z.string().optional(),
  SUPABASE_JWKS: jwks.optional(),
  JWT_SECRET: z.string().optional(),
  JWT_ISSUER: z.string().optional(),
  WPP_BASE_URL: baseUrl.optional(),
  WPP_SECRET: z.string().regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces")
    .optional(),
  WPP_WEBHOOK_URL: webhookUrl.optional(),
  WPP_DEFAULT_COUNTRY: z.string().regex(/^[A-Z]{2}$/, "must be an ISO 3166 country such as DE")
    .optional(),
  WPP_ENCRYPTION_KEYS: encryptionKeys.optional(),
  ALLOW_ANONYMOUS_USERS: z.enum(["true", "false"], { error: "must be true or false" })
    .transform((word) => word === "true").optional(),
  ALLOWED_ORIGINS: allowedOrigins.optional(),
};

export type VariableName = keyof typeof ENV_SCHEMA;
const VARIABLE_NAMES = Object.keys(ENV_SCHEMA) as VariableName[];

/** The configuration of a request, each value present and well-formed. */
export interface Env {
  supabaseUrl: string;
  /** Where the project is reached from outside; absent where that is not known. */
  publicUrl?: string;
  /** Reads and writes the tables as `service_role`. */
  secretKey: string;
  /** Every secret key of the project: whoever has one is the project's own server. */
  secretKeys: string[];
  /** Identifies this project to its auth server; the secret key where no publishable one is set. */
  publishableKey: string;
  /** Keys given with the environment; empty where there are none. */
  jwks: Record<string, unknown>[];
  jwtSecret?: string;
  jwtIssuer?: string;
  wppBaseUrl: string;
  /** Shared with WPP Platform: creates accounts in place of the user's JWT. */
  wppSecret?: string;
  /** Where the platform calls us, without the token; absent where it is not known from outside. */
  webhookUrl?: string;
  /** ISO 3166 country of recipients that are given in national form. */
  defaultCountry?: string;
  /** Whether users without an account of their own (anonymous sign-ins) are let in. */
  allowAnonymousUsers: boolean;
  /** Base64url keys for what is stored, newest first; empty: stored in the clear. */
  encryptionKeys: string[];
}

/**
 * Reads the environment; parsing happens again only when a value changed.
 *
 * @throws AppError `misconfigured`, naming the variable (never its value).
 */
export function readEnv(get: (name: VariableName) => string | undefined = getVariable): Env {
  const values = VARIABLE_NAMES.map((name) => get(name)?.trim() || undefined);
  if (!last || values.some((value, index) => value !== last!.values[index])) {
    const raw = Object.fromEntries(VARIABLE_NAMES.map((name, index) => [name, values[index]]));
    last = { values, env: parseEnv(raw) };
  }
  return last.env;
}

/** The origins whose pages may read responses: known even when other variables are wrong. */
export function readAllowedOrigins(get = getVariable): string[] {
  const value = get("ALLOWED_ORIGINS")?.trim();
  if (!value) return ["*"];
  return allowedOrigins.safeParse(value).data ?? [];
}

let last: { values: (string | undefined)[]; env: Env } | undefined;

function getVariable(name: VariableName): string | undefined {
  return Deno.env.get(name);
}

function parseEnv(raw: Record<string, string | undefined>): Env {
  const parsed = z.object(ENV_SCHEMA).safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw misconfigured(`${String(issue.path[0])} ${issue.message}`);
  }
  const v = parsed.data;
  const secretKey = v.SUPABASE_SECRET_KEYS?.first ?? v.SUPABASE_SECRET_KEY ??
    v.SUPABASE_SERVICE_ROLE_KEY;
  return {
    supabaseUrl: required("SUPABASE_URL", v.SUPABASE_URL),
    publicUrl: [v.SUPABASE_PUBLIC_URL ?? v.SUPABASE_URL!].find(isSecureUrl),
    secretKey: required("SUPABASE_SECRET_KEYS", secretKey),
    secretKeys: secretKeysOf(v),
    publishableKey: v.SUPABASE_PUBLISHABLE_KEYS?.first ?? v.SUPABASE_PUBLISHABLE_KEY ??
      v.SUPABASE_ANON_KEY ?? secretKey!,
    jwks: v.SUPABASE_JWKS ?? [],
    jwtSecret: v.JWT_SECRET,
    jwtIssuer: v.JWT_ISSUER,
    wppBaseUrl: required("WPP_BASE_URL", v.WPP_BASE_URL),
    wppSecret: v.WPP_SECRET,
    webhookUrl: v.WPP_WEBHOOK_URL ?? webhookUrlOf(v.SUPABASE_URL!),
    defaultCountry: v.WPP_DEFAULT_COUNTRY,
    allowAnonymousUsers: v.ALLOW_ANONYMOUS_USERS ?? false,
    encryptionKeys: v.WPP_ENCRYPTION_KEYS ?? [],
  };
}

/** Where a project's functions are; undefined for an address such as http://kong:8000, known inside alone. */
function webhookUrlOf(supabaseUrl: string): string | undefined {
  return isSecureUrl(supabaseUrl) ? `${supabaseUrl}/functions/v1/wpp-webhook` : undefined;
}

/** Never one that pages have, should it stand in the wrong variable. */
function secretKeysOf(v: z.output<z.ZodObject<typeof ENV_SCHEMA>>): string[] {
  const published: unknown[] = [
    ...(v.SUPABASE_PUBLISHABLE_KEYS?.all ?? []),
    v.SUPABASE_PUBLISHABLE_KEY,
    v.SUPABASE_ANON_KEY,
  ];
  return [
    ...(v.SUPABASE_SECRET_KEYS?.all ?? []),
    v.SUPABASE_SECRET_KEY,
    v.SUPABASE_SERVICE_ROLE_KEY,
  ].filter((key): key is string => typeof key === "string" && !published.includes(key))
    .map((key) => key.trim())
    .filter((key) => key !== "" && !key.startsWith("sb_publishable_"));
}

function required(name: VariableName, value: string | undefined): string {
  if (value === undefined) throw misconfigured(`${name} is not set`);
  return value;
}

function misconfigured(problem: string): AppError {
  return new AppError("misconfigured", {
    message: `The functions are not configured: ${problem}.`,
  });
}

/** One value for each configuration, made when first asked for: an isolate has one configuration. */
export function perEnv<T>(make: (env: Env) => T): (env: Env) => T {
  const values = new WeakMap<Env, T>();
  return (env) => {
    if (!values.has(env)) values.set(env, make(env));
    return values.get(env)!;
  };
}
