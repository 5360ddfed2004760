import assert from "node:assert/strict";
import { inPanel } from "./browser.ts";

inPanel("the panel goes on by itself when the platform was down", async (panel) => {
  const { page, simulator } = panel;
  await panel.signIn();
  await panel.heading("Connect WhatsApp");
  const down = { kind: "respond", status: 503 } as const;
  simulator.misbehave("qr", down, { times: 6 });
  await panel.click("Connect WhatsApp");
  await panel.says("WPP Platform answered with an error.");
  await panel.heading("Preparing the code");
  await panel.heading("Scan the code");
  assert.equal(await page.getByText("WPP Platform answered with an error.").count(), 0);
  assert.equal(simulator.countOf("create"), 1);
});

inPanel("the panel shows a new code when the old one has expired", async (panel) => {
  const { page, simulator } = panel;
  let passed = 0;
  simulator.settings.now = () => Date.now() + passed;
  await panel.showCode();
  const image = page.getByRole("img", { name: "QR code to scan with WhatsApp" });
  const first = await image.getAttribute("src");
  passed = 21_000;
  await page.clock.fastForward(15_000);
  await page.locator(`.qr img:not([src="${first}"])`).waitFor();
  await panel.says(/Valid for 1\d s/);
  assert.equal(simulator.countOf("create"), 1);
}, { clock: true });

inPanel("the panel creates one connection when Connect is clicked twice", async (panel) => {
  await panel.signIn();
  await panel.page.getByRole("button", { name: "Connect WhatsApp" }).dblclick();
  await panel.heading("Scan the code");
  assert.equal(panel.countOf("wpp-create"), 1);
  assert.equal(panel.simulator.countOf("create"), 1);
});

inPanel("the panel goes on where it was when the page is reloaded", async (panel) => {
  const { page, simulator } = panel;
  await panel.showCode();
  await page.reload();
  await panel.heading("Scan the code");
  await panel.click("Simulate scan");
  await panel.heading("WhatsApp is connected");
  const since = await page.locator("dl > div", { hasText: "Connected since" }).textContent();
  await page.reload();
  await panel.heading("WhatsApp is connected");
  assert.equal(
    await page.locator("dl > div", { hasText: "Connected since" }).textContent(),
    since,
  );
  assert.equal(simulator.countOf("create"), 1);
});

inPanel("the panel says what it cannot know when another browser connected", async (panel) => {
  await panel.connect();
  await panel.page.evaluate("localStorage.removeItem('panel.since.0000000000001')");
  await panel.page.reload();
  await panel.heading("WhatsApp is connected");
  await panel.says(/^before \d/);
});

inPanel("the panel stops asking when the connection is cancelled", async (panel) => {
  await panel.showCode();
  await panel.click("Cancel");
  await panel.says("The connection was started, but no phone has scanned its code yet.");
  const asked = panel.countOf("wpp-qr");
  await panel.page.clock.runFor(40_000);
  assert.equal(panel.countOf("wpp-qr"), asked);
  await panel.click("Show the code");
  await panel.heading("Scan the code");
}, { clock: true });

inPanel("the panel is used without a mouse", async (panel) => {
  const { page } = panel;
  const press = async (key: string, times = 1) => {
    for (let i = 0; i < times; i++) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate<string>("document.activeElement.textContent");
  await page.goto(panel.stack.url);
  await panel.heading("Sign in");
  await page.getByLabel("Password").focus();
  await press("Enter");
  await panel.heading("Connect WhatsApp");
  assert.equal(await focused(), "Connect WhatsApp");
  await press("Tab");
  await press("Enter");
  await panel.heading("Scan the code");
  assert.equal(await focused(), "Scan the code");
  await press("Tab");
  await press("Enter");
  await panel.heading("WhatsApp is connected");
  assert.equal(await focused(), "Chats");
  await press("Tab");
  await press("Enter");
  await page.keyboard.type("12");
  await press("Tab");
  await page.keyboard.type("Hello");
  await press("Tab");
  await press("Enter");
  await panel.says(/It is not clear which country this number is in/);
  assert.equal(await page.evaluate("document.activeElement.id"), "to");
  assert.equal(await page.getByLabel("Phone number").getAttribute("aria-invalid"), "true");
});

inPanel("the panel speaks the chosen language and remembers it", async (panel) => {
  const { page } = panel;
  await panel.connect();
  await page.getByLabel("Message").fill("Черновик");
  await panel.click("Русский");
  await panel.heading("WhatsApp подключён");
  assert.equal(await page.getByLabel("Сообщение", { exact: true }).inputValue(), "Черновик");
  assert.equal(await page.getAttribute("html", "lang"), "ru");
  await page.reload();
  await panel.heading("WhatsApp подключён");
});

inPanel("the panel asks to sign in again when the session has ended", async (panel) => {
  const { page } = panel;
  await panel.connect();
  await page.route(
    "**/functions/v1/wpp-status",
    (route) =>
      route.fulfill({
        status: 401,
        json: { error: { code: "unauthorized", message: "Sign in", retryable: false } },
      }),
  );
  await panel.click("Check now");
  await panel.says("Your sign-in has ended. Sign in again.");
  await panel.look("19-signed-out");
  await page.unrouteAll();
  await panel.click("Sign in");
  await panel.heading("WhatsApp is connected");
  await panel.click("Sign out");
  await panel.heading("Sign in");
  await page.reload();
  await panel.heading("Sign in");
});

inPanel("the panel sends a message once when Send is clicked twice", async (panel) => {
  const { page, simulator } = panel;
  await panel.connect();
  simulator.misbehave("send", { kind: "delay", ms: 300 });
  await page.getByLabel("Phone number").fill("+79991112233");
  await page.getByLabel("Message").fill("Hello");
  await page.getByRole("button", { name: "Send" }).dblclick();
  await panel.says(/^Accepted/);
  assert.equal(simulator.messages.length, 1);
  assert.equal(panel.countOf("wpp-send"), 1);
});

inPanel("the panel leads to the code when a message finds WhatsApp disconnected", async (panel) => {
  const { page, simulator } = panel;
  await panel.connect();
  await page.getByLabel("Phone number").fill("+79991112233");
  await page.getByLabel("Message").fill("Hello");
  await panel.unheard(async () => {
    simulator.disconnect("0000000000001");
    await panel.click("Send");
    await panel.heading("WhatsApp is disconnected");
  });
  // The number's own row may have one by now, too.
  await page.getByRole("button", { name: "Connect again", exact: true }).first().click();
  await panel.click("Simulate scan");
  await panel.heading("WhatsApp is connected");
  assert.equal(await page.getByLabel("Message").inputValue(), "Hello");
  await panel.click("Send");
  await panel.says(/^Accepted/);
  assert.equal(simulator.messages.length, 1);
});
