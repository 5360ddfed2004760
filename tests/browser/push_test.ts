/** What the panel shows without having asked for it, in several browsers at once. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { en } from "../../examples/panel/texts_en.ts";
import { ru } from "../../examples/panel/texts_ru.ts";
import { inPanel, openPanel, type Panel } from "./browser.ts";
import { connectAsOther } from "./other_user.ts";

const ANNA = "+79991112233";
const BORIS = "+79995556677";
/** Sooner than the inbox reads by itself while it is live: every 30 s at the most. */
const AT_ONCE = { timeout: 5_000 };
/** What the inbox reads after a hint, and as its net. */
const CHANGES = "/rest/v1/rpc/messenger_changes_since";
const PHONE = {
  locale: "ru-RU",
  colorScheme: "dark",
  width: 320,
  height: 700,
  touch: true,
} as const;

/** Opens another browser for the same user. */
async function another(options = {}): Promise<Panel & AsyncDisposable> {
  const panel = await openPanel(options);
  const close = async () => {
    assert.deepEqual(panel.complaints, []);
    await panel.context.close();
  };
  return Object.assign(panel, { [Symbol.asyncDispose]: close });
}

async function isLive({ page }: Panel, { channels } = en): Promise<void> {
  await page.locator(".channel", { hasText: channels.live }).waitFor();
}

async function hears({ page }: Panel, text: string): Promise<void> {
  await page.locator(".chats li", { hasText: text }).waitFor(AT_ONCE);
}

/** Resolves when nothing is asked for any more, with a function that counts what is from then on. */
async function quiet(page: Page): Promise<() => string[]> {
  const asked: string[] = [];
  let running = 0;
  page.on("request", (request) => {
    asked.push(new URL(request.url()).pathname);
    running++;
  });
  for (const event of ["requestfinished", "requestfailed"] as const) {
    page.on(event as "requestfinished", () => running--);
  }
  do {
    asked.length = 0;
    await page.clock.runFor(1_000);
    await page.evaluate("fetch('/panel/icon.svg').then((answer) => answer.text())");
  } while (asked.length > 1 || running > 0);
  asked.length = 0;
  return () => asked;
}

inPanel("what the phone gets shows in each browser of the organization alone", async (one) => {
  const { simulator } = one;
  await one.connectAtOnce(en);
  await using two = await another();
  await two.signIn();
  await using other = await another();
  await connectAsOther(other);
  for (const panel of [one, two, other]) await isLive(panel);

  const [ours, others] = simulator.clients.map(({ session }) => session);
  await simulator.incoming({ session: ours, from: ANNA, text: "Hello" });
  await hears(one, "Hello");
  await one.click(en.checkNow); // reads, too, that events of this number come
  const asked = await quiet(one.page);
  await one.page.clock.runFor(20_000);
  assert.ok(["", CHANGES].includes(asked().join()), `more than the net: ${asked()}`);

  const before = asked().length;
  await simulator.incoming({ session: ours, from: ANNA, text: "Is it ready?" });
  await Promise.all([hears(one, "Is it ready?"), hears(two, "Is it ready?")]);
  assert.deepEqual(asked().slice(before), [CHANGES]);
  await simulator.incoming({ session: others, from: BORIS, text: "For another" });
  await hears(other, "For another");
  assert.deepEqual(await other.page.locator(".chats .name").allTextContents(), [BORIS]);
  assert.deepEqual(await one.page.locator(".chats .name").allTextContents(), [ANNA]);
}, { clock: true });

inPanel("a browser that was offline shows all that the other one does", async (one) => {
  const { page, simulator } = one;
  await one.connectAtOnce(en);
  await using two = await another();
  await two.signIn();
  for (const panel of [one, two]) await isLive(panel);
  const { session } = simulator.clients[0];
  await simulator.incoming({ session, from: ANNA, text: "First", messageId: "1" });
  await one.page.getByRole("button", { name: ANNA }).click();
  await page.locator("li.message", { hasText: "First" }).waitFor(AT_ONCE);

  await one.context.setOffline(true);
  await page.locator(".channel", { hasText: en.channels.offline }).waitFor();
  await one.look("60-offline");
  await page.evaluate(`spoken = []; new MutationObserver(([{ target }]) => {
    spoken.push(target.textContent);
  }).observe(document.querySelector("body > .spoken"), { childList: true })`);
  for (const text of ["Second", "Third"]) await simulator.incoming({ session, from: ANNA, text });
  await simulator.incoming({ session, from: BORIS, text: "Another chat" });
  await two.page.getByRole("button", { name: ANNA }).click();
  await two.page.getByLabel(en.messageTo(ANNA)).fill("An answer");
  await two.click(en.sendButton);
  await two.page.locator("li.message", { hasText: "An answer" }).getByText(en.deliveries.read)
    .waitFor();
  assert.equal(await page.locator("li.message").count(), 1);

  await one.context.setOffline(false);
  await page.locator("li.message", { hasText: "An answer" }).getByText(en.deliveries.read)
    .waitFor();
  const spoken = await page.evaluate<string[]>("spoken");
  assert.deepEqual(spoken, [en.onlineAgain, en.newMessage(BORIS, "Another chat")]);
  for (const shown of ["li.message .text", ".chats .name", ".chats .preview"]) {
    const texts = ({ page }: Panel) => page.locator(shown).allTextContents();
    assert.deepEqual(await texts(one), await texts(two), shown);
  }
  await isLive(one);
  await simulator.incoming({ session, from: BORIS, text: "Live again" });
  await hears(one, "Live again");
});

inPanel(
  "a message shows once, from being sent on; one that failed is there to be sent again",
  async (panel) => {
    const { page, simulator } = panel;
    await panel.connectAtOnce(en);
    await isLive(panel);
    const { session } = simulator.clients[0];
    await simulator.incoming({ session, from: ANNA, text: "Hello?" });
    await page.getByRole("button", { name: ANNA }).click();
    const field = page.getByLabel(en.messageTo(ANNA));
    const sent = page.locator("li.message.out");
    const held = await panel.hold("/functions/v1/wpp-send");
    await field.fill("Hello!");
    await panel.click(en.sendButton);
    await sent.getByText(en.deliveries.sending).waitFor();
    assert.equal(await field.inputValue(), "");
    await panel.look("61-sending");
    await field.fill("And");
    await held.release();
    await sent.getByText(en.deliveries.read).waitFor();
    assert.equal(await sent.count(), 1);
    assert.equal(await field.inputValue(), "And");

    await page.route("**/functions/v1/wpp-send", (route) => route.abort());
    await panel.click(en.sendButton);
    await page.locator(".outcome").getByText(en.unknown).waitFor();
    assert.equal(await field.inputValue(), "And");
    await sent.nth(1).waitFor({ state: "detached" });
    await page.unrouteAll();
  },
);

inPanel(
  "a connection lost, and made again elsewhere, shows without being asked for",
  async (one) => {
    const { simulator } = one;
    await one.connectAtOnce(en);
    await using two = await another();
    await two.signIn();
    for (const panel of [one, two]) await isLive(panel);
    const asked = one.countOf("wpp-status");
    simulator.disconnect(simulator.clients[0].session);
    await one.heading(en.disconnected);
    await two.heading(en.disconnected);
    assert.equal(one.countOf("wpp-status"), asked);
    await two.click(en.connectAgain);
    await two.click(en.simulateScan);
    await two.heading(en.connected);
    await one.heading(en.connected);
  },
);

inPanel("the panel asks every few seconds where nothing tells it", async (panel) => {
  const { realtime, simulator } = panel.stack;
  realtime!.faults.refuse = true;
  try {
    await panel.connectAtOnce(ru);
    await panel.page.locator(".channel", { hasText: ru.channels.polling }).waitFor();
    const { session } = simulator!.clients[0];
    await simulator!.incoming({ session, from: ANNA, text: "Готово?" });
    await hears(panel, "Готово?");
    await panel.page.getByRole("button", { name: ANNA }).click();
    await panel.page.locator("li.message", { hasText: "Готово?" }).waitFor();
    await panel.look("62-polling");
  } finally {
    realtime!.faults.refuse = false;
  }
}, PHONE);
