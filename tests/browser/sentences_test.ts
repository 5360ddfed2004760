/** The sentences about failures, each where it is shown, in both languages. */
import assert from "node:assert/strict";
import { MAX_CHARACTERS } from "../../examples/panel/message_length.ts";
import type { Panel } from "./browser.ts";
import { inEachGuise } from "./guises.ts";

inEachGuise("the panel says why signing in failed", async (panel, { texts, look }) => {
  const { page } = panel;
  const { signInProblems } = texts;
  const cases = [
    [429, "over_request_rate_limit", signInProblems.tooMany],
    [400, "email_not_confirmed", signInProblems.notConfirmed],
    [422, "signup_disabled", signInProblems.signUpOff],
    [500, "unexpected_failure", signInProblems.unavailable],
  ] as const;
  await page.goto(panel.stack.url);
  for (const [status, error_code, sentence] of cases) {
    await page.route(
      "**/auth/v1/token*",
      (route) => route.fulfill({ status, json: { code: status, error_code, msg: "…" } }),
    );
    await panel.click(texts.signInButton);
    await panel.says(sentence);
    if (status === 429) await look("21-too-many-attempts");
    await page.unrouteAll();
  }
  await page.context().setOffline(true);
  await page.getByRole("status").getByText(texts.offline, { exact: true }).waitFor();
  await panel.click(texts.signInButton);
  await panel.says(signInProblems.unreachable);
  await look("22-sign-in-offline");
  await page.context().setOffline(false);
  await panel.click(texts.signInButton);
  await panel.heading(texts.idle);
});

inEachGuise("the panel says what is wrong with a message", async (panel, { texts, look }) => {
  const { page, simulator } = panel;
  await panel.connectAtOnce(texts);
  await panel.newChat(texts);
  const to = page.getByLabel(texts.to);
  const text = page.getByLabel(texts.text, { exact: true });
  await panel.says(texts.textLength(0, MAX_CHARACTERS));
  await to.fill("8 999 111-22-33");
  await text.fill("😀".repeat(MAX_CHARACTERS + 1));
  await panel.says(texts.textLength(MAX_CHARACTERS + 1, MAX_CHARACTERS));
  await panel.click(texts.sendButton);
  await panel.says(texts.textTooLong(MAX_CHARACTERS + 1, MAX_CHARACTERS));
  await look("23-too-long");
  await text.fill("Hello");
  assert.equal(await text.getAttribute("aria-invalid"), "false");
  await text.fill("  ");
  await panel.click(texts.sendButton);
  await panel.says(texts.textEmpty);
  assert.equal(panel.countOf("wpp-send"), 0);

  await text.fill("\u200B");
  await panel.click(texts.sendButton);
  await panel.says(texts.textInvalid);
  await text.fill("Hello");
  await panel.click(texts.sendButton);
  await panel.says(texts.toNational);
  const numbers = ["+5551912345678", "+51912345678"];
  await answer(panel, 400, "invalid_request", {
    fields: { to: `Could be ${numbers.join(" or ")}: begin with + and the country code` },
  });
  await panel.click(texts.sendButton);
  await panel.says(texts.toAmbiguous(numbers));
  await look("24-two-numbers");
  await page.unrouteAll();
  await to.fill("+7 999");
  assert.equal(await page.getByText(texts.toAmbiguous(numbers)).count(), 0);
  await panel.click(texts.sendButton);
  await panel.says(texts.toImpossible);
  assert.equal(simulator.messages.length, 0);
});

inEachGuise("the panel says whether a message was sent", async (panel, { texts, look }) => {
  const { page, simulator } = panel;
  await panel.connectAtOnce(texts);
  await panel.newChat(texts);
  await page.getByLabel(texts.to).fill("+79991112233");
  await page.getByLabel(texts.text, { exact: true }).fill("Hello");
  await answer(panel, 429, "rate_limited", { retryable: true });
  await panel.click(texts.sendButton);
  await panel.says(`${texts.errors.rate_limited} ${texts.sendLater}`);
  await panel.says(texts.notSent);
  await look("25-not-sent-for-now");
  await page.unrouteAll();

  // The function is reached, and its answer lost.
  await page.route("**/functions/v1/wpp-send", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await panel.click(texts.sendButton);
  await panel.says(texts.unknown);
  await panel.says(`${texts.errors.network_error} ${texts.sendUnchanged}`);
  assert.equal(await page.getByText(texts.notSent).count(), 0);
  await look("26-unknown-unanswered");
  await page.unrouteAll();
  await panel.click(texts.sendButton);
  await panel.says(texts.accepted("+79991112233"));
  assert.equal(simulator.messages.length, 1);
});

inEachGuise(
  "the panel leads to another screen on a phone alone",
  async (panel, { texts, look, isNarrow }) => {
    const { page } = panel;
    const isShown = () => page.getByText(texts.otherScreen).isVisible();
    await page.goto(panel.stack.url);
    await panel.click(texts.signInButton);
    await panel.heading(texts.idle);
    assert.equal(await isShown(), isNarrow);
    await panel.click(texts.connect);
    await panel.heading(texts.scan);
    assert.equal(await isShown(), isNarrow);
    await look("27-scan-on-this-screen");
    // A tablet, and a narrow window on a computer: a phone can scan these.
    const other = isNarrow ? { width: 820, height: 1180 } : { width: 320, height: 800 };
    await page.setViewportSize(other);
    assert.equal(await isShown(), false);
  },
);

/** Lets wpp-send answer an error that the simulated platform does not lead to. */
async function answer({ page }: Panel, status: number, code: string, more: object): Promise<void> {
  const requestId = crypto.randomUUID();
  const error = { code, message: "…", retryable: false, requestId, ...more };
  await page.route(
    "**/functions/v1/wpp-send",
    (route) => route.fulfill({ status, json: { error } }),
  );
}
