import { parseArgs } from "node:util";
import { decodeJwt } from "jose";
import { canonicalOrigin } from "../../supabase/functions/_shared/wpp/lib/origin.ts";
import type { DoctorOptions } from "./options.ts";

export const HELP = `Checks a project with the functions from outside, and says what to do.

  deno task doctor --url URL --key KEY [--origin ORIGIN] [--wpp-base-url URL] [--create]
                   [--verbose] [--json]

  --url URL        the project's URL, such as https://abc.supabase.co  (or SUPABASE_URL)
  --key KEY        its publishable or legacy anon key  (or SUPABASE_PUBLISHABLE_KEY)
  --origin ORIGIN  checks that pages of this origin may call the functions
  --wpp-base-url URL
                   WPP Platform's address  (or WPP_BASE_URL): checks that it is encrypted and
                   answers this machine; whether it answers the functions is always checked
  --create         lets the user's WhatsApp connection be created; without it nothing changes
  --verbose        also shows what was not checked, and why
  --json           prints {"version","ok":…,"checks":[{"name","title","state","message"}]}

  In the environment:
  DOCTOR_EMAIL, DOCTOR_PASSWORD  a user to check the journey as
  DOCTOR_SECRET_KEY              the project's secret key: checks that hints to pages are stored,
                                 and the bucket of media

Ends with 0 when nothing failed, 1 when something did, 2 when it was called wrongly.`;

export interface Arguments {
  options: DoctorOptions;
  json: boolean;
  verbose: boolean;
}

/** From flags, else from the environment. Undefined: help is wanted. Throws when called wrongly. */
export function readArguments(
  args: string[],
  env: (name: string) => string | undefined,
): Arguments | undefined {
  const { values } = parseArgs({
    args,
    options: {
      url: { type: "string" },
      key: { type: "string" },
      origin: { type: "string" },
      "wpp-base-url": { type: "string" },
      create: { type: "boolean" },
      json: { type: "boolean" },
      verbose: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return undefined;
  const [email, password] = [env("DOCTOR_EMAIL"), env("DOCTOR_PASSWORD")];
  if (values.create && !(email && password)) {
    throw new Error("Cannot create without a user: set DOCTOR_EMAIL and DOCTOR_PASSWORD");
  }
  const serverKey = env("DOCTOR_SECRET_KEY")?.trim();
  const wppBaseUrl = (values["wpp-base-url"] ?? env("WPP_BASE_URL"))?.trim();
  const options = {
    url: httpUrl("url", present("url", "SUPABASE_URL", values.url ?? env("SUPABASE_URL"))),
    key: publicKey(
      present("key", "SUPABASE_PUBLISHABLE_KEY", values.key ?? env("SUPABASE_PUBLISHABLE_KEY")),
    ),
    origin: values.origin === undefined ? undefined : origin(values.origin),
    wppBaseUrl: wppBaseUrl ? httpUrl("wpp-base-url", wppBaseUrl) : undefined,
    credentials: email && password ? { email, password } : undefined,
    secretKey: serverKey ? secretKey(serverKey) : undefined,
    create: values.create ?? false,
  };
  return { options, json: values.json ?? false, verbose: values.verbose ?? false };
}

function present(flag: string, variable: string, value: string | undefined): string {
  if (value?.trim()) return value.trim();
  throw new Error(`Cannot start: pass --${flag} or set ${variable} (see --help)`);
}

function httpUrl(flag: string, text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? "")) return text.replace(/\/+$/, "");
  throw new Error(`Cannot use --${flag}: it must be an http(s) URL`);
}

/** The doctor sees a project as a page does: a key that may do more is not sent anywhere. */
function publicKey(key: string): string {
  const role = roleOf(key);
  if (!/^sb(_secret|p)_/.test(key) && (role === undefined || role === "anon")) return key;
  throw new Error(
    "Cannot use --key: this is a secret key, which was not sent. Pass the publishable key " +
      "(sb_publishable_…) or the legacy anon key. Where others may have seen this one, replace it.",
  );
}

/** A key of a user or a page would only be refused, with a reason that does not say so. */
function secretKey(key: string): string {
  if (key.startsWith("sb_secret_") || roleOf(key) === "service_role") return key;
  throw new Error(
    "Cannot use DOCTOR_SECRET_KEY: it is not a secret key (sb_secret_…) or legacy service_role key. " +
      "It was not sent.",
  );
}

/** Of a legacy key, which is a JWT; undefined for others. */
function roleOf(key: string): unknown {
  try {
    return decodeJwt(key).role;
  } catch {
    return undefined;
  }
}

function origin(text: string): string {
  const found = canonicalOrigin(text);
  if (found) return found;
  throw new Error("Cannot use --origin: it must be like https://app.example.com, without a path");
}
