import assert from "node:assert/strict";
import { VERSION } from "../../supabase/functions/_shared/wpp/version.ts";
import { createClient } from "@supabase/supabase-js";
import type { Check, Finding } from "../../tools/doctor/check.ts";
import { Project } from "../../tools/doctor/project.ts";
import { media } from "../../tools/doctor/media_checks.ts";
import { push } from "../../tools/doctor/push_checks.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { migratedImage } from "../support/database_image.ts";

const DOCTOR = new URL("../../tools/doctor/doctor.ts", import.meta.url).pathname;

/** Runs the command as a person does. */
async function doctor(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--allow-env", DOCTOR, ...args],
    env: { SUPABASE_URL: "", SUPABASE_PUBLISHABLE_KEY: "", NO_COLOR: "1", ...env },
  }).output();
  const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, printed, errors };
}

async function examine({ url, publishableKey, secretKey, demo }: Stack, ...flags: string[]) {
  const result = await doctor(["--url", url, "--key", publishableKey, ...flags], {
    DOCTOR_EMAIL: demo.email,
    DOCTOR_PASSWORD: demo.password,
    DOCTOR_SECRET_KEY: secretKey,
  });
  Deno.exitCode = 0; // PGlite leaves one behind with each statement that fails
  return result;
}

/** Runs one check alone, as the demo user and, unless told otherwise, with the secret key. */
async function runCheck(
  { run }: Check,
  { url, publishableKey, demo, ...stack }: Stack,
  secretKey: string | undefined = stack.secretKey,
) {
  const options = { auth: { autoRefreshToken: false, persistSession: false } };
  const { auth } = createClient(url, publishableKey, options);
  const { data } = await auth.signInWithPassword(demo);
  const project = new Project({ url, key: publishableKey, secretKey, create: false });
  project.accessToken = data.session!.access_token;
  const outcome = await run(project);
  Deno.exitCode = 0; // as in examine
  return outcome;
}

type Act = (stack: Stack) => unknown;
const sql = (text: string): Act => ({ database }) => database.exec(text);
const policy = (to: string, using: string) =>
  sql(`create policy too_wide on realtime.messages for select to ${to} using (${using})`);
const dropPolicy = sql("drop policy too_wide on realtime.messages");

type Case = [when: string, break_: Act, undo: Act, state: string, says: RegExp];

/** What is wrong with push, how to make it well again, and what the doctor says. */
const PUSH_CASES: Case[] = [
  ["all is well", () => {}, () => {}, "passed", /^The user may listen\. Hints are stored\.$/],
  [
    "messenger_enable_push was never called",
    sql("drop policy messenger_members_listen on realtime.messages"),
    sql("select messenger_enable_push()"),
    "warned",
    /let the user listen: run `select messenger_enable_push.* Nobody may listen/,
  ],
  [
    "a policy lets users in",
    policy("authenticated", "true"),
    dropPolicy,
    "failed",
    /^The user may/,
  ],
  [
    "a policy lets users in by a prefix",
    policy("public", "(select realtime.topic()) like 'messenger:%'"),
    dropPolicy,
    "failed",
    /another organization's channel/,
  ],
  [
    "today's partition is missing",
    ({ realtime }) => realtime!.dropPartition(),
    ({ realtime }) => realtime!.makePartitions(),
    "warned",
    /\(MissingPartition\).* A hint that is sent is lost/,
  ],
  [
    "Realtime takes no sockets",
    ({ realtime }) => realtime!.faults.refuse = true,
    ({ realtime }) => realtime!.faults.refuse = false,
    "warned",
    /^Realtime does not answer at/,
  ],
];

const filePolicy = (command: string, rule: string) =>
  sql(`create policy too_wide on storage.objects for ${command} to public ${rule}`);
const dropFilePolicy = sql("drop policy too_wide on storage.objects");
const enableMedia = sql("select messenger_enable_media()");

/** The same of media. */
const MEDIA_CASES: Case[] = [
  [
    "all is well",
    () => {},
    () => {},
    "passed",
    /^The user uploads, and a link works\. The bucket is as it should be\.$/,
  ],
  [
    "the bucket is public",
    sql("update storage.buckets set public = true"),
    enableMedia,
    "failed",
    /^Anybody can fetch every file/,
  ],
  [
    "a policy was dropped",
    sql("drop policy messenger_members_upload on storage.objects"),
    enableMedia,
    "warned",
    /^Members cannot use their files: run `select messenger_enable_media/,
  ],
  [
    "a policy lets users upload everywhere",
    filePolicy("insert", "with check (true)"),
    dropFilePolicy,
    "failed",
    /^The user uploads into another organization's folder/,
  ],
  [
    "a policy lets everybody read",
    filePolicy("select", "using (true)"),
    dropFilePolicy,
    "failed",
    /^Who is not signed in can fetch files by their path/,
  ],
  [
    "a policy lets users read everything",
    sql(`create policy too_wide on storage.objects for select to authenticated using (true);
      insert into storage.objects (bucket_id, name) values ('messenger-media', 'other/file')`),
    sql(`drop policy too_wide on storage.objects;
      set storage.allow_delete_query = 'true';
      delete from storage.objects where name = 'other/file'`),
    "failed",
    /^The user reads another organization's files/,
  ],
  [
    "Storage is down",
    ({ storage }) => storage!.faults.down = true,
    ({ storage }) => storage!.faults.down = false,
    "warned",
    /^Storage answers 503 to an upload/,
  ],
];

/** Resolves once the platform was told the webhook's URL, which happens in the background. */
async function registered({ database }: Stack): Promise<void> {
  const sql = "select from messenger_integrations where webhook_registered_at is not null";
  const deadline = Date.now() + 20_000;
  while ((await database.query(sql)).length === 0) {
    assert.ok(Date.now() < deadline, "not registered after 20 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("deno task doctor", { sanitizeOps: false, sanitizeResources: false }, async (t) => {
  const stack = await startStack({ port: 0, quiet: true, image: await migratedImage() });
  try {
    await t.step("ends with 0 and ticks when the local stack is well", async () => {
      const { code, printed } = await examine(
        stack,
        "--create",
        "--origin",
        "http://localhost:3000",
        "--wpp-base-url",
        stack.wppBaseUrl,
      );
      assert.equal(code, 0, printed);
      const [head, ...lines] = printed.trim().split("\n");
      assert.equal(head, `The doctor of wpp-messenger ${VERSION}`);
      assert.equal(
        lines.pop(),
        "17 passed, 0 failed, 1 not checked (--verbose says why), 1 warning",
      );
      const marks = lines.map((line) => line[0]).sort();
      assert.deepEqual(marks, ["!", ...Array(17).fill("✓")]);
      assert.match(printed, /^✓ Pages are told at .*: The user may listen\. Hints are stored\.$/m);
      assert.match(printed, /^! .*WPP_ENCRYPTION_KEYS is not set/m);
    });
    await t.step("shows what was not checked when it is told to", async () => {
      const [short, full] = [await examine(stack), await examine(stack, "--verbose")];
      assert.deepEqual([short.code, full.code], [0, 0]);
      const lines = (text: string) => text.trim().split("\n");
      const sum = "14 passed, 0 failed, 4 not checked";
      assert.equal(lines(short.printed).at(-1), `${sum} (--verbose says why), 1 warning`);
      assert.equal(lines(full.printed).at(-1), `${sum}, 1 warning`);
      assert.doesNotMatch(short.printed, /^–/m);
      assert.equal(full.printed.match(/^– /gm)?.length, 4);
    });
    await t.step("passes what comes in when a contact has written", async () => {
      const [{ session }] = stack.simulator!.clients;
      await registered(stack);
      stack.simulator!.scan(session);
      await stack.simulator!.incoming({ session, from: "+79991112233", text: "Hello" });
      const { printed } = await examine(stack);
      assert.match(printed, new RegExp(`^✓ What comes in arrives: ${session}: 2`, "m"));
    });
    for (const [check, cases] of [[push, PUSH_CASES], [media, MEDIA_CASES]] as const) {
      for (const [when, act, undo, state, says] of cases) {
        await t.step(`says that ${check.name} is ${state} when ${when}`, async () => {
          await act(stack);
          const outcome = await runCheck(check, stack);
          await undo(stack);
          assert.equal(outcome.state, state, outcome.message);
          assert.match(outcome.message, says);
        });
      }
    }
    await t.step("leaves no file behind when it has the secret key", async () => {
      const files = () => stack.database.query("select from storage.objects");
      assert.equal((await files()).length, 0);
      await runCheck(media, stack, "");
      assert.equal((await files()).length, 1);
    });
    await t.step("ends with 1 and names the platform when that is down", async () => {
      for (const call of ["qr", "status"] as const) {
        stack.simulator!.misbehave(call, { kind: "reset", when: "before" }, { times: Infinity });
      }
      const { code, printed } = await examine(stack, "--json");
      assert.equal(code, 1);
      const { version, ok, checks }: { version: string; ok: boolean; checks: Finding[] } = JSON
        .parse(
          printed,
        );
      assert.equal(version, VERSION);
      const failed = checks.filter(({ state }) => state === "failed").map(({ name }) => name);
      assert.deepEqual([ok, failed], [false, ["qr", "status", "platform"]]);
    });
  } finally {
    await stack.stop();
  }
});

Deno.test("deno task doctor ends with 2 when it is called wrongly", async () => {
  const wrong: [string[], RegExp][] = [
    [[], /--url/],
    [["--url", "http://127.0.0.1:9"], /--key/],
    [["--url", "ftp://x", "--key", "k"], /http\(s\) URL/],
    [["--url", "http://127.0.0.1:9", "--key", "k", "--origin", "https://a.example/b"], /--origin/],
    [["--url", "http://127.0.0.1:9", "--key", "k", "--create"], /DOCTOR_EMAIL/],
    [
      ["--url", "http://127.0.0.1:9", "--key", "k", "--wpp-base-url", "wpp.example.com"],
      /Cannot use --wpp-base-url: it must be an http\(s\) URL/,
    ],
    [["--url", "http://127.0.0.1:9", "--key", "sb_secret_k"], /this is a secret key/],
    [["--secret"], /--secret/],
  ];
  for (const [args, says] of wrong) {
    const { code, printed, errors } = await doctor(args);
    assert.deepEqual([code, printed], [2, ""], args.join(" "));
    assert.match(errors, says);
  }
});

Deno.test("deno task doctor ends with 1 when nothing answers", async () => {
  const { code, printed } = await doctor(["--url", "http://127.0.0.1:9", "--key", "k"]);
  assert.equal(code, 1);
  assert.match(printed, /^0 passed, 1 failed, 18 not checked \(--verbose says why\)$/m);
  assert.match(printed, /^✗ The project answers: http:\/\/127\.0\.0\.1:9 does not answer/m);
});
