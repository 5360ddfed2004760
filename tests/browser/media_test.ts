/** Files in the panel's chats, both ways. */
import assert from "node:assert/strict";
import { en } from "../../examples/panel/texts_en.ts";
import { inPanel } from "./browser.ts";
import { inEachGuise } from "./guises.ts";
import { ANNA, DOCUMENT, MediaJourney, PICTURE } from "./media_journey.ts";

inEachGuise(
  "a person sees, hears and saves what the phone gets",
  async (panel, { texts, look }) => {
    const { page, stack } = panel;
    const person = new MediaJourney(panel, texts);
    const of = (kind: string) => person.message(texts.byYou).or(page.locator(`li:has(.${kind})`));
    await person.open();
    await person.write({ media: "image", caption: "Look at this" });
    await person.showsPicture(person.message("Look at this"));
    await person.write({ media: "ptt" });
    await person.plays(of("audio"), "audio");
    await look("70-picture-and-voice");
    await person.write({ media: "video" });
    await person.plays(of("video"), "video");
    await person.write({ media: "sticker" });
    await person.showsPicture(of("sticker"));
    await look("71-video-and-sticker");
    await person.write({ media: "document" });
    const document = person.message("document.pdf");
    const saving = page.waitForEvent("download");
    await document.getByRole("button", { name: texts.download }).click();
    assert.equal((await saving).suggestedFilename(), "document.pdf");
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>`;
    await person.write({
      media: { mimetype: "image/svg+xml", filename: "drawing.svg", base64: btoa(svg) },
    });
    await person.message("drawing.svg").getByRole("button", { name: texts.download }).waitFor();
    assert.equal(await person.message("drawing.svg").locator("img").count(), 0);
    // As long as Storage is down, and where it never took the file.
    stack.storage!.faults.down = true;
    try {
      await person.write({ media: "document", messageId: "PEND1NG" });
      await panel.says(texts.mediaComing);
    } finally {
      stack.storage!.faults.down = false;
    }
    await stack.database.exec(
      `update public.messenger_messages set change = change,
    media = '{"state":"failed","reason":"too_large","filename":"film.mp4"}' where kind = 'video'`,
    );
    await page.reload();
    await page.getByRole("button", { name: ANNA }).click();
    await panel.says(texts.mediaFailures.too_large!);
    await person.showsPicture(of("sticker"));
    await look("72-files-and-states");
  },
  { height: 900 },
);

inEachGuise("a person sends pictures and files", async (panel, { texts, look }) => {
  const { page } = panel;
  const person = new MediaJourney(panel, texts);
  await person.open();
  await person.give("paste", "textarea", PICTURE);
  await person.field.fill("A caption");
  await look("73-picture-attached");
  await person.send();
  await person.isRead();
  assert.deepEqual(
    [person.arrived.text, person.arrived.bytes, person.arrived.mimetype],
    ["A caption", PICTURE.buffer, "image/jpeg"],
  );
  await person.showsPicture(person.sent);
  assert.equal(await person.attachment.count(), 0);

  await person.field.fill("For later");
  await person.attach(DOCUMENT);
  const held = await panel.hold("/storage/v1/object/upload/sign/**");
  await person.send();
  await person.sent.getByText(texts.uploading(0)).waitFor();
  await look("74-uploading");
  await panel.click(texts.cancelUpload);
  await page.locator(".outcome", { hasText: texts.uploadCancelled }).waitFor({
    state: "attached",
  });
  await held.release();
  assert.equal(panel.countOf("wpp-send"), 1);
  assert.equal(await person.field.inputValue(), "For later");

  await person.send();
  await person.isRead();
  assert.deepEqual(
    [person.arrived.bytes, person.arrived.filename],
    [DOCUMENT.buffer, DOCUMENT.name],
  );
  await person.give("drop", ".chat", { ...PICTURE, name: "dropped.jpg" });
  await panel.click(texts.removeFile);
  await person.attachment.waitFor({ state: "detached" });
  await look("75-sent");
}, { height: 900 });

inPanel(
  "a file that could not be sent stays attached, and is not uploaded again",
  async (panel) => {
    const { page, simulator } = panel;
    const person = new MediaJourney(panel, en);
    await person.open();
    let uploads = 0;
    page.on("request", (request) => {
      if (request.method() === "PUT") uploads++;
    });
    await person.choose({ ...PICTURE, buffer: new Uint8Array() });
    await panel.says(en.fileEmpty);
    await person.attach(PICTURE);
    await page.route("**/functions/v1/wpp-send", (route) => route.abort());
    await person.send();
    await page.locator(".outcome").getByText(en.unknown).waitFor();
    await panel.look("76-file-unknown");
    await page.unrouteAll();
    await person.send();
    await person.isRead();
    assert.deepEqual([uploads, simulator.messages.length], [1, 1]);
  },
);
