/** The form that each variable of the environment must have, and what to say of one that has another. */
import { z } from "./deps/zod.ts";
import { canonicalOrigin } from "./lib/origin.ts";
import { isSecureUrl } from "./lib/secure_url.ts";

/** Base URL without query, fragment, credentials or trailing slash. */
export const baseUrl = z.string().transform((value, ctx) => {
  const url = URL.parse(value);
  const plain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password &&
    !url.search && !url.hash;
  if (plain) return url.href.replace(/\/+$/, "");
  ctx.addIssue({ code: "custom", message: "must be an http(s) URL without query or credentials" });
  return z.NEVER;
});

/** Supabase's plural key form, `{"default":"sb_…"}`: the default one first, empty ones left out. */
export const keysByName = json(z.looseObject({ default: z.string().optional() })).transform(
  (keys) => {
    const { default: first, ...others } = keys;
    return { first: first?.trim() || undefined, all: [first, ...Object.values(others)] };
  },
);

/** Where WPP Platform can be told to call: the token in the URL must not be readable on the way. */
export const webhookUrl = baseUrl.refine(isSecureUrl, {
  message: "must be https, or http on this machine itself",
});

const jwk = z.looseObject({ kty: z.string(), k: z.unknown().optional() })
  .refine(({ kty, k }) => kty !== "oct" || (typeof k === "string" && /^[\w-]+$/.test(k)), {
    message: "must hold base64url in the k of its oct keys",
  });

/** `{"keys":[…]}` as hosted projects have it, or the bare array. */
export const jwks = json(
  z.preprocess(
    (value) => Array.isArray(value) ? { keys: value } : value,
    z.object({ keys: z.array(jwk) }),
  ).transform((set) => set.keys),
);

export const allowedOrigins = z.string().transform((value, ctx) => {
  const entries = value.split(",").map((entry) => entry.trim()).filter(Boolean);
  const message = entries.map(originProblem).find(Boolean);
  if (!message) return entries.map((entry) => canonicalOrigin(entry) ?? entry);
  ctx.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** What is wrong with an entry of ALLOWED_ORIGINS, and what to write in its place. */
function originProblem(entry: string): string | undefined {
  if (entry === "*" || canonicalOrigin(entry)) return undefined;
  if (entry.includes("*")) {
    return "must not hold * inside an origin: list each origin in full, such as " +
      "https://shop.example.com, or set * alone to let every page in";
  }
  if (entry.toLowerCase() === "null") {
    return "must not hold null, which every sandboxed page and local file sends: serve the page " +
      "from an origin of its own and list that";
  }
  return "must be exact origins such as https://app.example.com or capacitor://localhost, " +
    "without a path, separated by commas";
}

/** 256-bit keys in base64url, newest first. */
export const encryptionKeys = z.string().transform((value, ctx) => {
  const keys = value.split(",").map((key) => key.trim());
  if (keys.every((key) => /^[\w-]{43}$/.test(key))) return keys;
  ctx.addIssue({
    code: "custom",
    message: "must be 256-bit keys in base64url, separated by commas (see `deno task keygen`)",
  });
  return z.NEVER;
});

function json<T extends z.ZodType>(schema: T) {
  return z.string().transform((value, ctx): unknown => {
    try {
      return JSON.parse(value);
    } catch {
      ctx.addIssue({ code: "custom", message: "must be valid JSON" });
      return z.NEVER;
    }
  }).pipe(schema);
}
