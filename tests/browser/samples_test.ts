/** The files that the simulator's phone sends, in a browser. */
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { SAMPLES } from "../../local/simulator/samples.ts";

/** Shows or plays each of `files` to its end; rejects where one is broken. */
const SEE = `Promise.all(files.map(async ({ tag, url }) => {
  const element = Object.assign(document.createElement(tag), { muted: true, src: url });
  if (tag === "img") {
    await element.decode();
    return element.naturalWidth;
  }
  const ended = new Promise((resolve, reject) => {
    element.onended = () => resolve("ended");
    element.onerror = () => reject(element.error);
  });
  await element.play();
  return await ended;
}))`;

Deno.test("Chromium shows and plays what the simulator's phone sends", async () => {
  const executablePath = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const { image, sticker, audio, ptt, video } = SAMPLES;
    const files = [image, sticker, audio, ptt, video].map(({ mimetype, bytes }) => ({
      tag: mimetype.split("/")[0].replace("image", "img"),
      url: `data:${mimetype.replace(" ", "")};base64,${bytes.toBase64()}`,
    }));
    const seen = await page.evaluate(`const files = ${JSON.stringify(files)}; ${SEE}`);
    assert.deepEqual(seen, [32, 32, "ended", "ended", "ended"]);
  } finally {
    await browser.close();
  }
});
