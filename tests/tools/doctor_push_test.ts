/** What the doctor says of push; tests/whole/doctor_stack_test.ts has it ask a Realtime. */
import FakeTimers from "@sinonjs/fake-timers";
import assert from "node:assert/strict";
import { Project } from "../../tools/doctor/project.ts";
import { push } from "../../tools/doctor/push_checks.ts";
import {
  type Answer,
  answerMembers,
  OK,
  refused,
  scriptedRealtime,
} from "../support/scripted_realtime.ts";
import { userToken } from "../support/jwt.ts";

const URL = "https://abc.supabase.co";
const KEY = "sb_publishable_abc";
const SECRET_KEY = "sb_secret_abc";
const USER = crypto.randomUUID();
const TOKEN = await userToken({ sub: USER });
const WELL = { realtime: true, policy: true, stored: true };

interface Given {
  answer?: Answer;
  /** Of messenger_changes_since. */
  changes?: unknown;
  /** Of messenger_check_push. */
  check?: unknown;
  status?: number;
  secretKey?: string;
  accessToken?: string;
}

/** Runs the check as a user; unless told otherwise, all is well. */
async function check(given: Given = {}) {
  const { changes = { change: 1, topic: `messenger:${USER}` }, check = WELL, status = 200 } = given;
  const { answer, accessToken, secretKey } = {
    answer: answerMembers as Answer,
    accessToken: TOKEN,
    secretKey: SECRET_KEY,
    ...given,
  };
  const [urls, calls]: [string[], string[]] = [[], []];
  const project = new Project(
    { url: URL, key: KEY, create: false, secretKey },
    (input, init) => {
      const request = new Request(input, init);
      const name = request.url.split("/rpc/")[1];
      const { headers } = request;
      calls.push(`${name} ${headers.get("apikey")} ${headers.get("authorization")}`);
      const [body, code] = name === "messenger_check_push" ? [check, status] : [changes, 200];
      return Promise.resolve(Response.json(body, { status: code }));
    },
    scriptedRealtime(answer, urls),
  );
  project.accessToken = accessToken;
  const outcome = await push.run(project);
  for (const secret of [TOKEN, SECRET_KEY]) assert(!outcome.message.includes(secret));
  return { ...outcome, urls, calls };
}

Deno.test("push passes when the user is let into their channel alone, and hints are stored", async () => {
  const { state, message, urls, calls } = await check();
  assert.deepEqual([state, message], ["passed", "The user may listen. Hints are stored."]);
  assert.deepEqual(urls, [
    "wss://abc.supabase.co/realtime/v1/websocket?apikey=sb_publishable_abc&vsn=1.0.0",
  ]);
  assert.deepEqual(calls, [
    `messenger_changes_since ${KEY} Bearer ${TOKEN}`,
    `messenger_check_push ${SECRET_KEY} Bearer ${SECRET_KEY}`,
  ]);
});

const joins = (answer: Answer): Answer => (frame) =>
  frame.event === "phx_join" ? answer(frame) : OK;
const isOwn = (topic: string) => topic.endsWith(USER);

const CASES: [string, Given, string, RegExp][] = [
  ["nothing opens", { answer: undefined }, "warned", /does not answer at \/realtime.*every 3 s/],
  [
    "another server answers",
    { answer: () => "<html>" },
    "warned",
    /opens a connection and says nothing/,
  ],
  [
    "the socket is closed at once",
    { answer: () => "close" },
    "warned",
    /opens a connection and says nothing/,
  ],
  [
    "the user is refused",
    { answer: joins(() => refused("Unauthorized")) },
    "warned",
    /^Realtime does not let the user listen: run `select messenger_enable_push/,
  ],
  [
    "Realtime is not ready, with a reason that quotes the token",
    { answer: joins(() => refused("InitializingProjectConnection", TOKEN)) },
    "warned",
    /^Realtime does not answer who wants to listen \(InitializingProjectConnection\): run the doctor again in a minute; .{0,90}$/,
  ],
  [
    "joins are never answered",
    { answer: joins(() => undefined) },
    "warned",
    /who wants to listen \(silence\)/,
  ],
  ["the user is let in everywhere", { answer: () => OK }, "failed", /^The user may .*another/],
  [
    "the user is let in elsewhere alone",
    { answer: joins(({ topic }) => isOwn(topic) ? refused("Unauthorized") : OK) },
    "failed",
    /^The user may listen to another.*drop the policies.*messenger_enable_push/,
  ],
  [
    "anybody is let in",
    { answer: () => OK, accessToken: undefined },
    "failed",
    /^Who is not signed in may listen to another organization's/,
  ],
  [
    "the database is of an earlier version",
    { changes: { change: 1 } },
    "failed",
    /without a topic\. Run `supabase db push/,
  ],
  [
    "the user belongs to no organization",
    { changes: { change: 0, topic: null }, secretKey: undefined },
    "skipped",
    /The user belongs to no organization.*DOCTOR_SECRET_KEY/,
  ],
  [
    "there is neither a user nor a secret key",
    { accessToken: undefined, secretKey: undefined },
    "skipped",
    /Realtime answers; whether a user may listen was not checked\. Set DOCTOR_SECRET_KEY/,
  ],
  ["there is no secret key", { secretKey: undefined }, "passed", /Set DOCTOR_SECRET_KEY/],
  ["there is no user", { accessToken: undefined }, "passed", /not checked\. Hints are stored\.$/],
  [
    "the database has no Realtime",
    { check: { ...WELL, realtime: false } },
    "warned",
    /^The database has no table realtime.messages/,
  ],
  [
    "there is no policy",
    { check: { ...WELL, policy: false } },
    "warned",
    /^Nobody may listen: run `select messenger_enable_push/,
  ],
  [
    "hints are lost",
    { check: { ...WELL, stored: false } },
    "warned",
    /^A hint that is sent is lost: .*no partition for today.*again in a minute/,
  ],
  [
    "the secret key is another project's",
    { status: 401, check: { message: "Invalid API key" } },
    "failed",
    /answers 401 to DOCTOR_SECRET_KEY/,
  ],
  [
    "messenger_check_push is missing",
    { status: 404, check: { code: "PGRST202" } },
    "failed",
    /messenger_check_push is missing\. Run/,
  ],
];

for (const [when, given, state, says] of CASES) {
  Deno.test(`push is ${state} when ${when}`, async () => {
    const clock = FakeTimers.install({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      let ended = false;
      const outcome = check(given).finally(() => ended = true);
      while (!ended) await clock.tickAsync(1000);
      const { message, ...rest } = await outcome;
      assert.equal(rest.state, state, message);
      assert.match(message, says);
    } finally {
      clock.uninstall();
    }
  });
}
