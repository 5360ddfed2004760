import assert from "node:assert/strict";
import type { MediaMessage } from "../../client/wpp_client.ts";
import { links } from "../support/file_script.ts";
import { json, Script, slowly } from "../support/script.ts";

const stored = (path: string): MediaMessage => ({ media: { state: "stored", path } });
const linkTo = (path: string) =>
  `http://project.test/storage/v1/object/sign/messenger-media/${path}?token=t`;

function begin(missing: string[] = []) {
  const script = new Script();
  script.answers["messenger-media"] = [links(script, missing)];
  return script;
}

Deno.test("media asks once for many links, and for each path once", async () => {
  using script = begin();
  const all = Array.from({ length: 150 }, (_, i) => stored(`shop/i/${i}.png`));
  const [many, one] = await Promise.all([
    script.wpp.media([...all, all[0]!]),
    script.wpp.media(stored("shop/i/7.png")),
  ]);
  assert.equal(many.length, 151);
  assert.deepEqual([many[0], many[150], one], [
    linkTo("shop/i/0.png"),
    linkTo("shop/i/0.png"),
    linkTo("shop/i/7.png"),
  ]);
  assert.equal(script.sent.length, 1);
  const { paths, expiresIn } = script.sent[0]!.body;
  assert.deepEqual([(paths as string[]).length, expiresIn], [150, 3600]);
});

Deno.test("media asks by pages of 200 when there are more", async () => {
  using script = begin();
  await script.wpp.media(Array.from({ length: 401 }, (_, i) => stored(`${i}`)));
  const counts = script.sent.map(({ body }) => (body.paths as string[]).length);
  assert.deepEqual(counts, [200, 200, 1]);
});

Deno.test("media keeps a link until five minutes before its end", async () => {
  using script = begin();
  await script.wpp.media(stored("a"));
  await script.pass(55 * 60 - 1);
  await script.wpp.media(stored("a"));
  assert.equal(script.sent.length, 1);
  await script.pass(1);
  await script.wpp.media(stored("a"));
  assert.equal(script.sent.length, 2);
});

Deno.test("media counts a link's time from when it was asked for", async () => {
  using script = begin();
  script.answers["messenger-media"] = [slowly(10, links(script))];
  const first = script.wpp.media(stored("a"));
  await script.pass(10);
  await first;
  await script.pass(55 * 60 - 10);
  void script.wpp.media(stored("a"));
  await script.pass(0);
  assert.equal(script.sent.length, 2);
  await script.pass(10);
});

Deno.test("media keeps 2,000 links, and lets go of the oldest", async () => {
  using script = begin();
  const all = Array.from({ length: 2_001 }, (_, i) => stored(`${i}`));
  await script.wpp.media(all);
  script.sent.length = 0;
  await script.wpp.media(all.slice(1));
  assert.equal(script.sent.length, 0);
  await script.wpp.media(all[0]!);
  assert.equal(script.sent.length, 1);
});

Deno.test("media gives null when there is no file, and asks again for one that was missing", async () => {
  using script = begin(["gone"]);
  const none: MediaMessage[] = [
    { media: null },
    { media: { state: "pending", path: "later" } },
    { media: { state: "failed", reason: "too_large" } },
  ];
  assert.deepEqual(await script.wpp.media(none), [null, null, null]);
  assert.equal(script.sent.length, 0);
  assert.equal(await script.wpp.media(stored("gone")), null);
  assert.equal(await script.wpp.media(stored("gone")), null);
  assert.equal(script.sent.length, 2);
});

Deno.test("media gives the URL of what was sent by its URL", async () => {
  using script = begin();
  const url = "https://example.com/cat.png";
  assert.equal(await script.wpp.media({ media: { state: "stored", url } }), url);
  assert.equal(script.sent.length, 0);
});

Deno.test("media rejects as Storage answers, and asks anew then", async (t) => {
  const said = (statusCode: string, message: string) => json(400, { statusCode, message });
  const cases = [
    ["the network is down", () => Promise.reject(new TypeError("x")), "network_error", true],
    ["it is down", json(503, { message: "x" }), "storage_unavailable", true],
    ["a proxy answers", () => new Response("<html>", { status: 502 }), "storage_unavailable", true],
    ["the token is too old", said("403", "jwt expired"), "unauthorized", false],
    ["there is no bucket", said("404", "Bucket not found"), "not_deployed", false],
    ["there are no policies", said("403", "new row violates …"), "misconfigured", false],
    ["it answers something else", said("418", "teapot"), "unexpected_response", false],
  ] as const;
  for (const [name, reply, code, retryable] of cases) {
    await t.step(name, async () => {
      using script = begin();
      script.answers["messenger-media"] = [reply, links(script)];
      await assert.rejects(script.wpp.media(stored("a")), { name: "WppError", code, retryable });
      assert.equal(await script.wpp.media(stored("a")), linkTo("a"));
    });
  }
});

Deno.test("media rejects in 30 s when no answer comes", async () => {
  using script = begin();
  script.answers["messenger-media"] = [() => new Promise(() => {})];
  const rejected = assert.rejects(script.wpp.media(stored("a")), { code: "network_error" });
  await script.pass(30);
  await rejected;
});

Deno.test("media rejects with the signal's reason, and goes on for the others", async () => {
  using script = begin();
  script.answers["messenger-media"] = [slowly(1, links(script))];
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = assert.rejects(script.wpp.media(stored("a"), { signal }), /enough/);
  const other = script.wpp.media(stored("a"));
  await script.pass(0);
  controller.abort(new Error("enough"));
  await aborted;
  await script.pass(1);
  assert.equal(await other, linkTo("a"));
  assert.equal(script.sent.length, 1);
});

Deno.test("media rejects with not_supported when supabase-js has no storage", async () => {
  using script = new Script();
  Object.assign(script.supabase, { storage: undefined });
  await assert.rejects(script.wpp.media(stored("a")), { code: "not_supported" });
});
