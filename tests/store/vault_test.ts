/** Secrets at rest: sealed, bound to their row and purpose, moved to the newest key when read. */
import assert from "node:assert/strict";
import { base64url, CompactEncrypt, decodeProtectedHeader } from "jose";
import { AppError } from "../../supabase/functions/_shared/wpp/errors.ts";
import { Vault } from "../../supabase/functions/_shared/wpp/store/vault.ts";
import { userToken } from "../support/jwt.ts";

/** 256-bit keys, each of one repeated byte. */
const key = (byte: number) => base64url.encode(new Uint8Array(32).fill(byte));
const [NEWEST, OLDER, OLDEST, STRANGE] = [1, 2, 3, 4].map(key);
const ROW = "6f1f0f3c-0000-4000-8000-000000000001";
const OTHER_ROW = "6f1f0f3c-0000-4000-8000-000000000002";
const SECRET = "wpp_key_of_these_tests";

const vault = (...encryptionKeys: string[]) => new Vault({ encryptionKeys });

function assertMisconfigured(error: unknown): true {
  assert.ok(error instanceof AppError);
  assert.equal(error.code, "misconfigured");
  assert.match(error.message, /WPP_ENCRYPTION_KEYS/);
  for (const secret of [SECRET, NEWEST, OLDER, OLDEST, STRANGE]) {
    assert.ok(!error.message.includes(secret));
  }
  return true;
}

Deno.test("Vault opens what it sealed, and nothing of it can be read", async () => {
  const sealed = await vault(NEWEST).seal(SECRET, ROW, "api_key");
  assert.deepEqual(await vault(NEWEST).unseal(sealed, ROW, "api_key"), {
    value: SECRET,
    stale: false,
  });
  const { alg, enc, kid } = decodeProtectedHeader(sealed);
  assert.deepEqual([alg, enc], ["dir", "A256GCM"]);
  assert.ok(kid && !NEWEST.includes(String(kid)));
  const readable = sealed.split(".").map((part) =>
    new TextDecoder().decode(base64url.decode(part))
  );
  assert.ok(!`${sealed} ${readable}`.includes(SECRET.slice(0, 8)));
});

Deno.test("Vault seals the same value differently each time", async () => {
  const seal = () => vault(NEWEST).seal(SECRET, ROW, "api_key");
  assert.notEqual(await seal(), await seal());
});

Deno.test("Vault opens no value copied to another row or used for another purpose", async () => {
  const sealed = await vault(NEWEST).seal(SECRET, ROW, "api_key");
  await assert.rejects(vault(NEWEST).unseal(sealed, OTHER_ROW, "api_key"), assertMisconfigured);
  await assert.rejects(vault(NEWEST).unseal(sealed, ROW, "access_token"), assertMisconfigured);
});

Deno.test("Vault opens no value under another name when it has just opened it under its own", async () => {
  const one = vault(NEWEST);
  const sealed = await one.seal(SECRET, ROW, "api_key");
  assert.equal((await one.unseal(sealed, ROW, "api_key")).value, SECRET);
  await assert.rejects(one.unseal(sealed, OTHER_ROW, "api_key"), assertMisconfigured);
  await assert.rejects(one.unseal(sealed, ROW, "access_token"), assertMisconfigured);
  await assert.rejects(one.unseal(`${sealed}x`, ROW, "api_key"), assertMisconfigured);
});

Deno.test("Vault deciphers a value once, however often it is read", async () => {
  const one = vault(NEWEST);
  const sealed = await one.seal(SECRET, ROW, "api_key");
  const { decrypt } = crypto.subtle;
  let times = 0;
  crypto.subtle.decrypt = (...parameters) => (times++, decrypt.apply(crypto.subtle, parameters));
  try {
    for (let i = 0; i < 3; i++) await one.unseal(sealed, ROW, "api_key");
  } finally {
    crypto.subtle.decrypt = decrypt;
  }
  assert.equal(times, 1);
});

Deno.test("Vault opens no value whose header was rewritten for another row", async () => {
  const [, ...rest] = (await vault(NEWEST).seal(SECRET, ROW, "api_key")).split(".");
  const [header] = (await vault(NEWEST).seal(SECRET, OTHER_ROW, "api_key")).split(".");
  const forged = [header, ...rest].join(".");
  await assert.rejects(vault(NEWEST).unseal(forged, OTHER_ROW, "api_key"), assertMisconfigured);
});

Deno.test("Vault opens no value that was changed", async () => {
  const parts = (await vault(NEWEST).seal(SECRET, ROW, "api_key")).split(".");
  for (const index of [2, 3, 4]) {
    const bytes = base64url.decode(parts[index]);
    bytes[0] ^= 1;
    const changed = parts.with(index, base64url.encode(bytes)).join(".");
    await assert.rejects(vault(NEWEST).unseal(changed, ROW, "api_key"), assertMisconfigured);
  }
});

Deno.test("Vault opens values of old keys and finds them stale", async () => {
  for (const old of [OLDER, OLDEST]) {
    const sealed = await vault(old).seal(SECRET, ROW, "access_token");
    const opened = await vault(NEWEST, OLDER, OLDEST).unseal(sealed, ROW, "access_token");
    assert.deepEqual(opened, { value: SECRET, stale: true });
  }
});

Deno.test("Vault seals with the newest key", async () => {
  const sealed = await vault(NEWEST, OLDER).seal(SECRET, ROW, "api_key");
  assert.equal((await vault(NEWEST).unseal(sealed, ROW, "api_key")).value, SECRET);
  await assert.rejects(vault(OLDER).unseal(sealed, ROW, "api_key"), assertMisconfigured);
});

Deno.test("Vault opens no sealed value without its key, or without any", async () => {
  const sealed = await vault(NEWEST).seal(SECRET, ROW, "api_key");
  await assert.rejects(vault(STRANGE).unseal(sealed, ROW, "api_key"), assertMisconfigured);
  await assert.rejects(vault().unseal(sealed, ROW, "api_key"), assertMisconfigured);
});

Deno.test("Vault opens no value that names its key but was sealed with another", async () => {
  const { kid } = decodeProtectedHeader(await vault(NEWEST).seal(SECRET, ROW, "api_key"));
  const forged = await new CompactEncrypt(new TextEncoder().encode("forged"))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid, row: ROW, purpose: "api_key" })
    .encrypt(base64url.decode(STRANGE));
  await assert.rejects(vault(NEWEST).unseal(forged, ROW, "api_key"), assertMisconfigured);
});

Deno.test("Vault finds a value in the clear stale when there are keys", async () => {
  const jwt = await userToken();
  for (const value of [SECRET, jwt, "a.b.c.d.e", "....", ""]) {
    assert.deepEqual(await vault(NEWEST).unseal(value, ROW, "api_key"), { value, stale: true });
  }
});

Deno.test("Vault leaves values in the clear when there are no keys", async () => {
  assert.equal(await vault().seal(SECRET, ROW, "api_key"), SECRET);
  assert.deepEqual(await vault().unseal(SECRET, ROW, "api_key"), { value: SECRET, stale: false });
});
