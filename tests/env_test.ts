/** Every form of environment that projects come with: hosted, local, self-hosted. */
import assert from "node:assert/strict";
import {
  type Env,
  ENV_SCHEMA,
  readEnv,
  type VariableName,
} from "../supabase/functions/_shared/wpp/env.ts";
import { AppError } from "../supabase/functions/_shared/wpp/errors.ts";

type Variables = Partial<Record<VariableName, string>>;

const MINIMAL: Variables = {
  SUPABASE_URL: "http://kong:8000",
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_plural"}',
  WPP_BASE_URL: "https://wpp.test",
};
const OCT = { kty: "oct", k: "c2VjcmV0" };
const EC = { kty: "EC", crv: "P-256", x: "eA", y: "eQ", kid: "1" };

function read(values: Variables): Env {
  return readEnv((name) => values[name]);
}

Deno.test("readEnv needs a URL, a secret key and the platform's URL, and no more", () => {
  assert.deepEqual(read(MINIMAL), {
    supabaseUrl: "http://kong:8000",
    publicUrl: undefined,
    secretKey: "sb_secret_plural",
    secretKeys: ["sb_secret_plural"],
    publishableKey: "sb_secret_plural",
    jwks: [],
    jwtSecret: undefined,
    jwtIssuer: undefined,
    wppBaseUrl: "https://wpp.test",
    wppSecret: undefined,
    webhookUrl: undefined,
    defaultCountry: undefined,
    allowAnonymousUsers: false,
    encryptionKeys: [],
  });
});

Deno.test("readEnv knows the project's public URL where it is safe to send a link to", () => {
  const urlOf = (more: Variables) => read({ ...MINIMAL, ...more }).publicUrl;
  const SUPABASE_PUBLIC_URL = "https://api.shop.com/";
  assert.equal(urlOf({ SUPABASE_PUBLIC_URL }), "https://api.shop.com");
  assert.equal(urlOf({ SUPABASE_URL: "https://abc.supabase.co" }), "https://abc.supabase.co");
  assert.equal(urlOf({ SUPABASE_URL: "http://127.0.0.1:54321" }), "http://127.0.0.1:54321");
  assert.equal(urlOf({ SUPABASE_PUBLIC_URL: "http://api.shop.com" }), undefined);
  assert.equal(
    urlOf({ SUPABASE_URL: "https://abc.supabase.co", SUPABASE_PUBLIC_URL }),
    "https://api.shop.com",
  );
});

const KEYS: [string, Variables, secretKey: string, publishableKey: string][] = [
  [
    "plural before all",
    {
      SUPABASE_SECRET_KEYS: '{"default":"plural","other":"x"}',
      SUPABASE_SECRET_KEY: "singular",
      SUPABASE_SERVICE_ROLE_KEY: "legacy",
      SUPABASE_PUBLISHABLE_KEYS: '{"default":"p-plural"}',
      SUPABASE_PUBLISHABLE_KEY: "p-singular",
      SUPABASE_ANON_KEY: "p-legacy",
    },
    "plural",
    "p-plural",
  ],
  [
    "singular before legacy",
    {
      SUPABASE_SECRET_KEYS: undefined,
      SUPABASE_SECRET_KEY: "singular",
      SUPABASE_SERVICE_ROLE_KEY: "legacy",
      SUPABASE_PUBLISHABLE_KEY: "p-singular",
      SUPABASE_ANON_KEY: "p-legacy",
    },
    "singular",
    "p-singular",
  ],
  [
    "legacy where the plural ones have an empty default",
    {
      SUPABASE_SECRET_KEYS: '{"default":""}',
      SUPABASE_SERVICE_ROLE_KEY: "legacy",
      SUPABASE_PUBLISHABLE_KEYS: '{"default":""}',
      SUPABASE_ANON_KEY: "p-legacy",
    },
    "legacy",
    "p-legacy",
  ],
  [
    "legacy where the plural ones have no default, or are empty",
    {
      SUPABASE_SECRET_KEYS: '{"other":"x"}',
      SUPABASE_SERVICE_ROLE_KEY: "legacy",
      SUPABASE_PUBLISHABLE_KEYS: " ",
      SUPABASE_ANON_KEY: "p-legacy",
    },
    "legacy",
    "p-legacy",
  ],
  [
    "the secret key where no publishable one is set",
    {
      SUPABASE_SECRET_KEYS: undefined,
      SUPABASE_SERVICE_ROLE_KEY: "legacy",
    },
    "legacy",
    "legacy",
  ],
];
for (const [what, keys, secretKey, publishableKey] of KEYS) {
  Deno.test(`readEnv takes ${what}`, () => {
    const env = read({ ...MINIMAL, ...keys });
    assert.deepEqual([env.secretKey, env.publishableKey], [secretKey, publishableKey]);
  });
}

const JWKS: [string, string | undefined, unknown[]][] = [
  ["{ keys }", JSON.stringify({ keys: [EC, OCT] }), [EC, OCT]],
  ["an array", JSON.stringify([OCT, EC]), [OCT, EC]],
  ["no keys", '{"keys":[]}', []],
  ["unset", undefined, []],
  ["empty", "", []],
];
for (const [form, value, keys] of JWKS) {
  Deno.test(`readEnv reads SUPABASE_JWKS that is ${form}`, () => {
    assert.deepEqual(read({ ...MINIMAL, SUPABASE_JWKS: value }).jwks, keys);
  });
}

Deno.test("readEnv leaves out space around values and slashes behind URLs", () => {
  const spaced = Object.fromEntries(
    Object.entries(MINIMAL).map(([name, value]) => [name, ` \t${value}\r\n`]),
  );
  assert.deepEqual(read(spaced), read(MINIMAL));
  const keys = { SUPABASE_SECRET_KEYS: '{ "default": " sb_secret_plural " }' };
  assert.deepEqual(read({ ...MINIMAL, ...keys }), read(MINIMAL));
  const slashed = { WPP_BASE_URL: "https://wpp.test/", SUPABASE_URL: "http://kong:8000//" };
  assert.deepEqual(read({ ...MINIMAL, ...slashed }), read(MINIMAL));
  const path = read({ ...MINIMAL, WPP_BASE_URL: "https://h.test/wpp/" });
  assert.equal(path.wppBaseUrl, "https://h.test/wpp");
});

Deno.test("readEnv sees a value that changed", () => {
  assert.equal(read({ ...MINIMAL, JWT_ISSUER: "a" }).jwtIssuer, "a");
  assert.equal(read({ ...MINIMAL, JWT_ISSUER: "b" }).jwtIssuer, "b");
});

Deno.test("readEnv names WPP_DEFAULT_COUNTRY and not its value when it is no country code", () => {
  for (const value of ["Germany", "DEU", "de", "49", "+49"]) {
    assert.throws(() => read({ ...MINIMAL, WPP_DEFAULT_COUNTRY: value }), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "misconfigured");
      assert.match(error.message, /WPP_DEFAULT_COUNTRY must be an ISO 3166 country such as DE/);
      assert.ok(!error.message.includes(`${value}.`));
      return true;
    });
  }
  assert.equal(read({ ...MINIMAL, WPP_DEFAULT_COUNTRY: " DE " }).defaultCountry, "DE");
  assert.equal(read({ ...MINIMAL, WPP_DEFAULT_COUNTRY: "" }).defaultCountry, undefined);
});

Deno.test("readEnv reads encryption keys newest first", () => {
  const { encryptionKeys } = read({
    ...MINIMAL,
    WPP_ENCRYPTION_KEYS: `${"n".repeat(43)} , ${"o".repeat(43)}`,
  });
  assert.deepEqual(encryptionKeys, ["n".repeat(43), "o".repeat(43)]);
});

Deno.test(".env.example explains every variable that the functions read, and no other", async () => {
  const file = new URL("../docs/.env.example", import.meta.url);
  const paragraphs = (await Deno.readTextFile(file)).split(/\n{2,}/);
  const explained: string[] = [];
  for (const paragraph of paragraphs) {
    const lines = paragraph.trim().split("\n");
    const named = lines.flatMap((line) => /^(?:# )?([A-Z][A-Z_]+)=/.exec(line)?.[1] ?? []);
    if (named.length === 0) continue;
    assert.match(lines[0], /^# \S+ \S+/, `${named} is explained before it is named`);
    explained.push(...named);
  }
  assert.deepEqual(explained.toSorted(), Object.keys(ENV_SCHEMA).toSorted());
});

Deno.test(".env.example holds values that readEnv takes", async () => {
  const file = new URL("../docs/.env.example", import.meta.url);
  const lines = (await Deno.readTextFile(file)).split("\n");
  const values = lines.flatMap((line) => {
    const [, name, value] = /^(?:# )?([A-Z][A-Z_]+)=(.+)$/.exec(line) ?? [];
    return name ? [[name, value]] : [];
  });
  const env = read({ ...MINIMAL, ...Object.fromEntries(values) });
  assert.deepEqual([env.wppBaseUrl, env.defaultCountry], ["https://wpp.example.com", "DE"]);
});
