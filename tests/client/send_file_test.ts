import assert from "node:assert/strict";
import { WppError } from "../../client/wpp_client.ts";
import { FileScript, picture, SENT, UPLOAD, UPLOAD_LINK } from "../support/file_script.ts";
import { failure, json, noNetwork } from "../support/script.ts";

const MiB = 1024 * 1024;
/** A file of that size, without its bytes. */
const sized = (size: number) =>
  Object.defineProperty(new File(["x"], "cat.png", { type: "image/png" }), "size", { value: size });

Deno.test("sendFile uploads into the organization's folder, and sends the path", async () => {
  using script = new FileScript();
  const file = picture();
  const shares: number[] = [];
  const onProgress = (share: number) => shares.push(share);
  const { outcome } = await script.begin(file, {
    ...{ chatId: "c1", session: "s", caption: "Look!", onProgress },
  });
  const [xhr] = script.uploads;
  assert.deepEqual([xhr!.method, xhr!.headers, xhr!.body], [
    ...["PUT", { "content-type": "image/png" }, file],
  ]);
  assert.equal(
    xhr!.url,
    "http://project.test/storage/v1/object/upload/sign/messenger-media/x?token=secret",
  );
  xhr!.progress(1, 4);
  xhr!.progress(4, 4);
  await script.upload();
  assert.deepEqual(script.asked, [...UPLOAD, "wpp-send"]);
  const { media, ...rest } = script.sent[2]!.body as { media: Record<string, string> };
  assert.deepEqual(rest, { chatId: "c1", session: "s", text: "Look!" });
  assert.match(media.path!, /^shop\/outgoing\/[0-9a-f-]{36}\/cat\.png$/);
  assert.deepEqual([media.filename, media.mimetype], ["cat.png", "image/png"]);
  assert.deepEqual(shares, [0, 0.25, 1, 1]);
  assert.equal((outcome.output as { messageId: string }).messageId, "m1");
});

Deno.test("sendFile names files so that Storage takes the path, and WhatsApp shows the name", async (t) => {
  const cases = [
    ["Счёт №5.pdf", "Счёт №5.pdf", "5.pdf"],
    ["/etc/../photo of me.PNG", "photo of me.PNG", "photo_of_me.PNG"],
    ["a\u202Egnp.exe", "agnp.exe", "agnp.exe"],
    ["C:\\docs\\x\u0000.doc", "x.doc", "x.doc"],
    ["", "file", "file"],
    [`${"ё".repeat(400)}.jpeg`, `${"ё".repeat(250)}.jpeg`, "file.jpeg"],
  ] as const;
  for (const [given, filename, name] of cases) {
    await t.step(given.slice(0, 20), async () => {
      using script = new FileScript();
      script.answers[name] = [UPLOAD_LINK];
      await script.begin(picture(), { to: "+7", filename: given });
      await script.upload();
      const { media } = script.sent.at(-1)!.body as { media: Record<string, string> };
      assert.equal(media.filename, filename);
      assert.match(media.path!, new RegExp(`^shop/outgoing/[^/]{36}/${name.replace(".", "\\.")}$`));
    });
  }
});

Deno.test("sendFile stores what a browser would run as mere bytes", async (t) => {
  const cases = [
    ["image/svg+xml", "application/octet-stream", "image/svg+xml"],
    ["text/html; charset=utf-8", "application/octet-stream", "text/html"],
    ["application/xhtml+xml", "application/octet-stream", "application/xhtml+xml"],
    ["text/xml", "application/octet-stream", "text/xml"],
    ["", "application/octet-stream", undefined],
    ["audio/ogg; codecs=opus", "audio/ogg", "audio/ogg"],
    ["application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ];
  for (const [type, stored = type, mimetype = stored === type ? type : undefined] of cases) {
    await t.step(type || "unknown", async () => {
      using script = new FileScript();
      await script.begin(new File(["x"], "cat.png", { type: type! }));
      assert.equal(script.uploads[0]!.headers["content-type"], stored);
      await script.upload();
      assert.equal((script.sent[2]!.body.media as { mimetype?: string }).mimetype, mimetype);
    });
  }
});

Deno.test("sendFile asks for nothing when the file cannot be sent", async (t) => {
  const cases = [
    ["it is empty", sized(0), {}, { file: "Is empty" }],
    ["it is too large", sized(64 * MiB + 1), {}, { file: "Is larger than 64 MiB" }],
    [
      "it has a caption, and is no picture",
      new File(["x"], "a.pdf", { type: "application/pdf" }),
      { caption: "Look!" },
      { caption: "Only pictures have one" },
    ],
  ] as const;
  for (const [name, file, options, fields] of cases) {
    await t.step(name, async () => {
      using script = new FileScript();
      const { outcome } = await script.begin(file, { to: "+7", ...options });
      assert.ok(outcome.error instanceof WppError);
      const { code, mayHaveSent, action } = outcome.error;
      assert.deepEqual([code, mayHaveSent, action], ["invalid_request", false, "report"]);
      assert.deepEqual(outcome.error.fields, fields);
      assert.deepEqual(script.asked, []);
    });
  }
});

Deno.test("sendFile takes 64 MiB", async () => {
  using script = new FileScript();
  await script.begin(sized(64 * MiB));
  assert.equal(script.uploads.length, 1);
});

Deno.test("sendFile does not upload again, and sends under the same key, when the send failed", async () => {
  using script = new FileScript();
  const file = picture();
  script.answers["wpp-send"] = [noNetwork(), failure(502, "gateway_unreachable", true), SENT];
  const first = await script.begin(file);
  await script.upload();
  assert.equal((first.outcome.error as WppError).mayHaveSent, true);
  const shares: number[] = [];
  const second = await script.begin(file, {
    to: "+79991112233",
    onProgress: (share) => shares.push(share),
  });
  assert.equal((second.outcome.error as WppError).mayHaveSent, false);
  assert.deepEqual(shares, [1]);
  const third = await script.begin(file);
  assert.ok(third.outcome.output);
  assert.deepEqual(script.asked, [...UPLOAD, "wpp-send", "wpp-send", "wpp-send"]);
  assert.equal(script.uploads.length, 1);
  const keys = script.sent.slice(2).map(({ headers }) => headers.get("idempotency-key"));
  assert.equal(keys[0], keys[1]);
  await script.begin(file);
  await script.upload();
  assert.equal(script.uploads.length, 2, "after a success it is a new message");
});

Deno.test("sendFile uploads again when the file is no longer in Storage", async () => {
  using script = new FileScript();
  const file = picture();
  script.answers["wpp-send"] = [failure(404, "media_not_found", false), SENT];
  const { outcome } = await script.begin(file);
  await script.upload();
  const { code, mayHaveSent } = outcome.error as WppError;
  assert.deepEqual([code, mayHaveSent], ["media_not_found", false]);
  const again = await script.begin(file);
  await script.upload();
  assert.ok(again.outcome.output);
  assert.equal(script.uploads.length, 2);
});

Deno.test("sendFile rejects as Storage answers, and sends nothing", async (t) => {
  const said = (statusCode: string, message: string) => ({ statusCode, message });
  const cases = [
    ["the bucket's limit is lower", 400, said("413", "exceeded"), "invalid_request", false],
    ["there are no policies", 400, said("403", "violates row-level"), "misconfigured", false],
    ["it is down", 503, {}, "storage_unavailable", true],
    ["there are too many", 429, {}, "storage_unavailable", true],
    ["it says something else", 400, {}, "unexpected_response", false],
  ] as const;
  for (const [name, status, body, code, retryable] of cases) {
    await t.step(name, async () => {
      using script = new FileScript();
      const { outcome } = await script.begin(picture());
      await script.upload(status, body);
      const error = outcome.error as WppError;
      assert.deepEqual([error.code, error.retryable, error.mayHaveSent], [code, retryable, false]);
      assert.deepEqual(script.asked, UPLOAD);
    });
  }
});

Deno.test("sendFile rejects with network_error when the upload breaks, or stands still for a minute", async () => {
  using script = new FileScript();
  const broken = await script.begin(picture());
  script.uploads[0]!.fail();
  await script.pass(0);
  assert.equal((broken.outcome.error as WppError).code, "network_error");

  const still = await script.begin(picture());
  await script.pass(59);
  script.uploads[1]!.progress(1, 2);
  await script.pass(59);
  assert.equal("error" in still.outcome, false);
  await script.pass(1);
  assert.equal((still.outcome.error as WppError).code, "network_error");
  assert.equal(script.uploads[1]!.isAborted, true);
});

Deno.test("sendFile rejects with no_organization when the user has none", async () => {
  using script = new FileScript();
  script.answers.messenger_changes_since = [json(200, { change: 0, topic: null })];
  const { outcome } = await script.begin(picture());
  assert.equal((outcome.error as WppError).code, "no_organization");
  assert.equal(script.asked.length, 1);
});
