/** What the doctor says of media; tests/whole/doctor_stack_test.ts has it use a Storage. */
import assert from "node:assert/strict";
import { media } from "../../tools/doctor/media_checks.ts";
import { Project } from "../../tools/doctor/project.ts";
import { userToken } from "../support/jwt.ts";
import {
  answerStorage,
  DENIED,
  NOT_FOUND,
  refusal,
  type ScriptedStorage,
  SIGNATURE,
  STORAGE,
} from "../support/scripted_storage.ts";

const URL_ = "https://abc.supabase.co";
const KEY = "sb_publishable_abc";
const SECRET_KEY = "sb_secret_abc";
const USER = crypto.randomUUID();
const TOKEN = await userToken({ sub: USER });
const WELL = { storage: true, bucket: { public: false, size_limit: 67108864 }, policies: 2 };

interface Given extends Partial<ScriptedStorage> {
  /** Of messenger_changes_since. */
  changes?: unknown;
  /** Of messenger_check_media. */
  check?: unknown;
  status?: number;
  secretKey?: string;
  accessToken?: string;
}

/** Runs the check as a user; unless told otherwise, all is well. */
async function check(given: Given = {}) {
  const { changes = { change: 1, topic: `messenger:${USER}` }, check = WELL, status = 200 } = given;
  const { accessToken, secretKey, ...rest } = {
    accessToken: TOKEN,
    secretKey: SECRET_KEY,
    ...given,
  };
  const storage: ScriptedStorage = {
    ...STORAGE,
    list: () => Response.json([{ name: USER }]),
    ...rest,
  };
  const calls: { method: string; path: string; key: string | null; token: string | null }[] = [];
  const removed: string[] = [];
  const project = new Project(
    { url: URL_, key: KEY, create: false, secretKey },
    async (input, init) => {
      const request = new Request(input, init);
      const { pathname, search } = new URL(request.url);
      const token = request.headers.get("authorization")?.replace("Bearer ", "") ?? null;
      const path = pathname + search;
      calls.push({ method: request.method, path, key: request.headers.get("apikey"), token });
      if (path.endsWith("/rpc/messenger_check_media")) return Response.json(check, { status });
      if (path.includes("/rpc/")) return Response.json(changes);
      if (request.method === "DELETE") removed.push(...(await request.json()).prefixes);
      return answerStorage(request.method, path.slice("/storage/v1/object/".length), storage, USER);
    },
  );
  project.accessToken = accessToken;
  const outcome = await media.run(project);
  for (const secret of [TOKEN, SECRET_KEY, SIGNATURE]) assert(!outcome.message.includes(secret));
  return { ...outcome, calls, removed };
}

Deno.test("media passes when the user's file is fetched by its link alone, and removes it", async () => {
  const { state, message, calls, removed } = await check();
  assert.deepEqual(
    [state, message],
    ["passed", "The user uploads, and a link works. The bucket is as it should be."],
  );
  const opened = calls.filter(({ path }) => path.includes(SIGNATURE) || path.includes("/public/"));
  assert.deepEqual(opened.map(({ key, token }) => [key, token]), [[null, null], [null, null]]);
  const [uploaded] = calls.filter(({ path }) => path.includes(`media/${USER}/`));
  assert.deepEqual([uploaded.key, uploaded.token], [KEY, TOKEN]);
  assert.equal(removed.length, 2); // the second was refused, unless a policy lets too much in
  assert.ok(uploaded.path.endsWith(removed[0]));
});

Deno.test("media never shows the secret key to anything but the data API and Storage's removal", async () => {
  const { calls } = await check();
  const bySecret = calls.filter(({ key, token }) => [key, token].includes(SECRET_KEY));
  assert.deepEqual(bySecret.map(({ method, path }) => `${method} ${path}`), [
    "POST /rest/v1/rpc/messenger_check_media",
    "DELETE /storage/v1/object/messenger-media",
  ]);
});

const CASES: [string, Given, string, RegExp][] = [
  [
    "the database has no Storage",
    { check: { storage: false, bucket: null, policies: 0 } },
    "warned",
    /^The database has no table storage\.objects\. Until then only texts are sent/,
  ],
  [
    "the bucket was never made",
    { check: { ...WELL, bucket: null } },
    "warned",
    /^The bucket messenger-media is missing: run `select messenger_enable_media/,
  ],
  [
    "the bucket is public",
    { check: { ...WELL, bucket: { ...WELL.bucket, public: true } } },
    "failed",
    /^Anybody can fetch every file/,
  ],
  [
    "a policy is missing",
    { check: { ...WELL, policies: 1 } },
    "warned",
    /^Members cannot use their files: run `select messenger_enable_media/,
  ],
  [
    "the bucket has another limit",
    { check: { ...WELL, bucket: { public: false, size_limit: null } } },
    "warned",
    /of another size than 64 MiB: run `select messenger_enable_media/,
  ],
  [
    "the user may not upload",
    { upload: DENIED, secretKey: undefined },
    "warned",
    /^The user may not upload to their folder: run `select messenger_enable_media/,
  ],
  [
    "Storage has no bucket",
    { upload: () => refusal(404, "Bucket not found"), secretKey: undefined },
    "warned",
    /^The bucket messenger-media is missing: run/,
  ],
  [
    "Storage is away",
    { upload: () => new Response("<h1>Bad gateway</h1>", { status: 502 }) },
    "warned",
    /^Storage answers 502 to an upload/,
  ],
  [
    "the user uploads everywhere",
    { uploadElsewhere: STORAGE.upload },
    "failed",
    /^The user uploads into another organization's folder: drop the policies/,
  ],
  [
    "the user sees another folder",
    { list: () => Response.json([{ name: USER }, { name: "other" }]) },
    "failed",
    /^The user reads another organization's files: drop the policies/,
  ],
  [
    "the bucket is served in public",
    { public: STORAGE.open, secretKey: undefined },
    "failed",
    /^Who is not signed in can fetch files by their path: run/,
  ],
  [
    "a policy lets everybody read",
    { byPath: STORAGE.open },
    "failed",
    /^Who is not signed in can fetch files by their path: run/,
  ],
  [
    "the user gets no link",
    { sign: NOT_FOUND },
    "failed",
    /^Storage answers 400 to the user who wants a link/,
  ],
  [
    "a link leads nowhere",
    { open: () => Response.json({ message: "No API key found" }, { status: 401 }) },
    "failed",
    /^A link to a file answers 401, without the file: .*without a key\?$/,
  ],
  [
    "a link leads to something else",
    { open: () => new Response("<h1>Sign in</h1>") },
    "failed",
    /^A link to a file answers 200, without the file/,
  ],
  [
    "the database is of an earlier version",
    { changes: { change: 1 } },
    "failed",
    /without a topic\. Run `supabase db push/,
  ],
  [
    "the user belongs to no organization, without a secret key",
    { changes: { change: 0, topic: null }, secretKey: undefined },
    "skipped",
    /The user belongs to no organization.*DOCTOR_SECRET_KEY/,
  ],
  ["there is no user", { accessToken: undefined }, "passed", /not checked\. The bucket is as/],
  ["there is no secret key", { secretKey: undefined }, "passed", /Set DOCTOR_SECRET_KEY/],
  [
    "the secret key is another project's",
    { status: 401, check: { message: "Invalid API key" } },
    "failed",
    /answers 401 to DOCTOR_SECRET_KEY/,
  ],
  [
    "messenger_check_media is missing",
    { status: 404, check: { code: "PGRST202" } },
    "failed",
    /messenger_check_media is missing\. Run/,
  ],
];

for (const [when, given, state, says] of CASES) {
  Deno.test(`media is ${state} when ${when}`, async () => {
    const outcome = await check(given);
    assert.equal(outcome.state, state, outcome.message);
    assert.match(outcome.message, says);
  });
}

Deno.test("media removes nothing when it has no secret key", async () => {
  const { removed, calls } = await check({ secretKey: undefined });
  assert.deepEqual([removed, calls.filter(({ method }) => method === "DELETE")], [[], []]);
});
