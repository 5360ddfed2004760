/** What comes of a file when its sending is aborted, by phase. */
import assert from "node:assert/strict";
import { FileScript, picture, SENT, UPLOAD } from "../support/file_script.ts";
import { slowly } from "../support/script.ts";

Deno.test("sendFile sends nothing when it is aborted before the file is uploaded", async (t) => {
  const phases = [
    ["before it begins", -1, []],
    ["while the folder is asked for", 0, UPLOAD.slice(0, 1)],
    ["while the link is asked for", 1, UPLOAD],
  ] as const;
  for (const [name, seconds, asked] of phases) {
    await t.step(name, async () => {
      using script = new FileScript();
      for (const one of UPLOAD) script.answers[one] = [slowly(1, script.answers[one]![0]!)];
      const controller = new AbortController();
      if (seconds < 0) controller.abort("enough");
      const { outcome } = await script.begin(picture(), { to: "+7", signal: controller.signal });
      await script.pass(Math.max(0, seconds));
      controller.abort("enough");
      await script.pass(0);
      assert.equal(outcome.error, "enough");
      await script.pass(5);
      assert.deepEqual(script.asked, asked);
      assert.equal(script.uploads.length, 0);
    });
  }
  await t.step("during the upload", async () => {
    using script = new FileScript();
    const controller = new AbortController();
    const { outcome } = await script.begin(picture(), { to: "+7", signal: controller.signal });
    script.uploads[0]!.progress(1, 2);
    controller.abort("enough");
    await script.pass(0);
    assert.equal(outcome.error, "enough");
    assert.equal(script.uploads[0]!.isAborted, true);
    assert.deepEqual(script.asked, UPLOAD);
  });
});

Deno.test("sendFile aborted as a send is when the file is uploaded", async () => {
  using script = new FileScript();
  const file = picture();
  script.answers["wpp-send"] = [() => new Promise(() => {}), SENT];
  const controller = new AbortController();
  const { outcome } = await script.begin(file, { to: "+79991112233", signal: controller.signal });
  await script.upload();
  controller.abort("enough");
  await script.pass(0);
  assert.equal(outcome.error, "enough");
  const again = await script.begin(file);
  assert.ok(again.outcome.output);
  const [, , first, second] = script.sent;
  assert.equal(first!.headers.get("idempotency-key"), second!.headers.get("idempotency-key"));
  assert.equal(script.uploads.length, 1);
});
