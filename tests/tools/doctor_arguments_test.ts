import { SignJWT } from "jose";
import assert from "node:assert/strict";
import { readArguments } from "../../tools/doctor/arguments.ts";

const URL = "https://abc.supabase.co";

/** The key that the doctor is left with. */
function keyOf(key: string, env: Record<string, string> = {}): string | undefined {
  const args = ["--url", URL, ...key ? ["--key", key] : []];
  return readArguments(args, (name) => env[name])?.options.key;
}

function legacyKey(role: string): Promise<string> {
  return new SignJWT({ iss: "supabase", ref: "abc", role }).setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode("a JWT secret of at least 32 characters"));
}

Deno.test("readArguments takes a publishable key and the legacy anon key", async () => {
  for (const key of ["sb_publishable_abc", await legacyKey("anon"), "some-key-of-a-gateway"]) {
    assert.equal(keyOf(` ${key}\n`), key);
  }
});

Deno.test("readArguments refuses a key that may do more, and does not repeat it", async () => {
  const roles = ["service_role", "supabase_admin", "authenticated"];
  const legacy = await Promise.all(roles.map(legacyKey));
  for (const key of ["sb_secret_abc", "sbp_abc", ...legacy]) {
    for (
      const refused of [() => keyOf(` ${key}`), () => keyOf("", { SUPABASE_PUBLISHABLE_KEY: key })]
    ) {
      assert.throws(refused, ({ message }: Error) => {
        assert.match(
          message,
          /^Cannot use --key: this is a secret key, .* Pass the publishable key/,
        );
        return !message.includes(key);
      });
    }
  }
});

Deno.test("readArguments takes DOCTOR_SECRET_KEY where that is a secret key", async () => {
  const secretKeyOf = (key: string) =>
    readArguments(
      ["--url", URL, "--key", "k"],
      (name) => name === "DOCTOR_SECRET_KEY" ? key : undefined,
    )?.options.secretKey;
  for (const key of ["sb_secret_abc", await legacyKey("service_role")]) {
    assert.equal(secretKeyOf(` ${key}\n`), key);
  }
  assert.equal(secretKeyOf(""), undefined);
  for (const key of ["sb_publishable_abc", "abc", await legacyKey("anon")]) {
    assert.throws(() => secretKeyOf(key), ({ message }: Error) => {
      assert.match(message, /^Cannot use DOCTOR_SECRET_KEY: .* It was not sent/);
      return !message.includes(key);
    });
  }
});

Deno.test("readArguments takes origins as ALLOWED_ORIGINS does", () => {
  const originOf = (origin: string) =>
    readArguments(["--url", URL, "--key", "k", "--origin", origin], () => undefined)?.options
      .origin;
  assert.equal(originOf("https://App.example.com/"), "https://app.example.com");
  assert.equal(originOf("capacitor://localhost"), "capacitor://localhost");
  assert.throws(() => originOf("https://*.example.com"), /--origin/);
});
