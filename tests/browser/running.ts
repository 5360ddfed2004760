import { type Browser, chromium } from "playwright-core";
import { type Stack, startStack } from "../../local/stack.ts";
import { migratedImage } from "../support/database_image.ts";

const CHROMIUM = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
const ARGUMENTS = [
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Where pictures are kept. */
export const SCREENSHOTS = Deno.env.get("SCREENSHOTS") ??
  await Deno.makeTempDir({ prefix: "panel-" });

let started: Promise<{ browser: Browser; stack: Stack }> | undefined;

/** The one browser and the one stack that the tests of a process share. */
export function running() {
  return started ??= (async () => {
    await Deno.mkdir(SCREENSHOTS, { recursive: true });
    const [stack, browser] = await Promise.all([
      // With a secret, so that numbers can be added.
      startStack({
        port: 0,
        quiet: true,
        image: await migratedImage(),
        functionEnv: { WPP_SECRET: "shared-in-the-browser-test" },
      }),
      chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS }),
    ]);
    return { stack, browser };
  })();
}

Deno.test.afterAll(async () => {
  const { browser, stack } = await running();
  await browser.close();
  await stack.stop();
  console.log(`Screenshots are in ${SCREENSHOTS}`);
});
