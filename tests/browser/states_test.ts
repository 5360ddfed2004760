/** Every state of the panel, looked at in each guise. */
import assert from "node:assert/strict";
import type { Panel } from "./browser.ts";
import { inEachGuise } from "./guises.ts";

inEachGuise("the panel shows how connecting goes", async (panel, { texts, look }) => {
  const { page, simulator } = panel;
  await page.goto(panel.stack.url);
  await panel.heading(texts.signIn);
  await look("01-sign-in");
  await page.getByLabel(texts.password).fill("wrong");
  await panel.click(texts.signInButton);
  await panel.says(texts.signInProblems.wrong);
  await look("02-wrong-password");

  const status = await panel.hold("/functions/v1/wpp-status");
  await page.getByLabel(texts.password).fill(panel.stack.demo.password);
  await panel.click(texts.signInButton);
  await panel.says(texts.loading);
  await look("03-loading");
  await status.release();
  await panel.heading(texts.idle);
  await look("04-empty");

  simulator.settings.startingFor = 3600;
  const create = await panel.hold("/functions/v1/wpp-create");
  await panel.click(texts.connect);
  await panel.heading(texts.creating);
  await look("05-creating");
  await create.release();
  await panel.heading(texts.waiting);
  await look("06-waiting");
  simulator.settings.startingFor = 0;
  await page.clock.fastForward(3000);
  await panel.heading(texts.scan);
  await look("07-scan");
  await page.context().setOffline(true);
  await page.getByRole("status").getByText(texts.offline).waitFor();
  await page.clock.fastForward(20_000);
  await panel.says(texts.expired);
  await look("08-offline-expired");
  await page.context().setOffline(false);
  await page.clock.fastForward(30_000);
  await page.getByText(texts.expired).waitFor({ state: "hidden" });
  await page.clock.fastForward(300_000);
  await page.clock.fastForward(20_000);
  await panel.says(texts.errors.scan_expired);
  await look("09-nobody-scanned");
}, { clock: true });

inEachGuise("the panel shows how the connection stands", async (panel, { texts, look }) => {
  const { page, simulator } = panel;
  await page.goto(panel.stack.url);
  await panel.click(texts.signInButton);
  await panel.click(texts.connect);
  await panel.click(texts.simulateScan);
  await panel.heading(texts.connected);
  await look("10-connected");
  await panel.newChat(texts);
  await panel.click(texts.sendButton);
  await panel.says(texts.toEmpty);
  await page.getByLabel(texts.to).fill("12");
  await page.getByLabel(texts.text, { exact: true }).fill("Hello");
  await panel.click(texts.sendButton);
  await panel.says(texts.toNational);
  await look("11-invalid-number");
  await page.getByLabel(texts.to).fill("+7 999 111-22-33");
  await page.getByLabel(texts.text, { exact: true }).fill("Привет 👋");
  simulator.misbehave("send", { kind: "respond", status: 400 });
  await panel.click(texts.sendButton);
  await panel.says(texts.notSent);
  await look("12-not-sent");
  simulator.misbehave("send", { kind: "reset", when: "after", execute: true });
  await panel.click(texts.sendButton);
  await panel.says(texts.unknownLead);
  await look("13-unknown");
  await page.locator(".log summary").click();
  await panel.click(texts.sendAnyway);
  await panel.says(texts.accepted("+79991112233"));
  await look("14-accepted-and-log");
  assert.deepEqual(simulator.messages.map(({ to, text }) => [to, text]), [
    ["79991112233", "Привет 👋"],
    ["79991112233", "Привет 👋"],
  ]);
  assert.equal(await page.getByLabel(texts.text, { exact: true }).inputValue(), "");

  simulator.misbehave("status", { kind: "respond", status: 500 }, { times: Infinity });
  await panel.click(texts.checkNow);
  await panel.says(texts.checkFailed);
  await look("15-check-failed");
  const { session } = simulator.clients[0];
  simulator.reset();
  await panel.stack.database.exec(
    "update public.messenger_integrations set api_key_issued_at = now() - interval '1 hour'",
  );
  // The failed check is repeated by itself, within half a minute; to click as well would be a race.
  const reconnect = page.getByRole("main").getByText(texts.errors.reconnect_required);
  await reconnect.waitFor({ timeout: 40_000 });
  await look("16-reconnect");
  await panel.click(texts.actions.reconnect);
  await panel.click(texts.simulateScan);
  await panel.heading(texts.connected);
  assert.equal(simulator.clients[0].session, session);
  await panel.unheard(async () => {
    simulator.disconnect(session);
    // The panel asks by itself, too. Where that comes first, there is no button any more.
    const clicked = panel.click(texts.checkNow).catch(() => {});
    await panel.heading(texts.disconnected);
    await clicked;
  });
  await look("17-disconnected");
  await fail(panel, "wpp-create", "misconfigured");
  await panel.click(texts.connectAgain);
  await panel.says(texts.errors.misconfigured);
  await look("18-misconfigured");
});

/** Lets a function answer an error that cannot be had otherwise. */
async function fail({ page }: Panel, name: string, code: string) {
  const message = "The functions are not configured: WPP_BASE_URL is not set.";
  const requestId = crypto.randomUUID();
  const error = { code, message, retryable: false, requestId };
  await page.route(
    `**/functions/v1/${name}`,
    (route) => route.fulfill({ status: 500, json: { error } }),
  );
}
