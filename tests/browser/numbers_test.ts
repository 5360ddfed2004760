/** An organization's numbers, and the messages sent from them, in both languages. */
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { en } from "../../examples/panel/texts_en.ts";
import { ru } from "../../examples/panel/texts_ru.ts";
import { inPanel, type Panel } from "./browser.ts";

const GUISES = [
  { texts: en, locale: "en-US", colorScheme: "light", width: 1000 },
  { texts: ru, locale: "ru-RU", colorScheme: "dark", width: 320, height: 1300, touch: true },
] as const;
const RECIPIENT = "+79991112233";

for (const { texts, ...guise } of GUISES) {
  const name = [guise.locale.slice(0, 2), guise.colorScheme, guise.width].join("-");

  inPanel(`the panel adds, names and ends numbers, ${name}`, async (panel) => {
    const numbers = new NumbersPage(panel, texts);
    const look = (state: string) => panel.look(`${name}-${state}`);
    await connectFirst(panel, texts);
    await numbers.row("WhatsApp").getByText(texts.states.connected).waitFor();
    assert.deepEqual(await numbers.buttonsOf("WhatsApp"), [texts.rename, texts.disconnect]);
    await look("30-one-number");
    await rename(numbers, texts);
    await addSecond(numbers, texts, look);
    const [first, second] = panel.simulator.clients.map(({ session }) => session);
    await chooseAndMakePrimary(numbers, texts, first);
    await disconnectShown(numbers, texts, look);
    assert.deepEqual([first, second].map((one) => panel.simulator.stateOf(one)), [
      "disconnected",
      "connected",
    ]);
    await connectAgain(numbers, texts);
    await disconnectByForce(numbers, texts, look);
    await learnThatNoneCanBeAdded(numbers, texts, look);
  }, guise);

  inPanel(`the panel deletes a message for everyone, ${name}`, async (panel) => {
    const { page, simulator, stack } = panel;
    const dialog = page.getByRole("dialog");
    await connectFirst(panel, texts);
    await send(panel, texts);
    const button = page.getByRole("button", { name: texts.delete });
    await button.click();
    await dialog.getByText(texts.deleteLead).waitFor();
    assert.equal(await focused(panel), texts.cancel);
    await panel.look(`${name}-35-delete`);
    await page.keyboard.press("Escape");
    assert.equal(await focused(panel), texts.delete);
    assert.equal(panel.countOf("wpp-delete"), 0);

    await button.click();
    await dialog.getByRole("button", { name: texts.deleteButton }).click();
    await panel.says(texts.deleted(RECIPIENT));
    assert.match(await focused(panel), new RegExp(texts.deleted("").slice(0, 7)));
    assert.notEqual(simulator.messages[0].deletedAt, null);
    assert.equal(await button.count(), 0);

    await send(panel, texts);
    await stack.database.exec("update public.messenger_messages set task_id = null");
    await button.click();
    await dialog.getByRole("button", { name: texts.deleteButton }).click();
    await dialog.getByText(texts.errors.message_not_addressable).waitFor();
    await panel.look(`${name}-36-not-addressable`);
    await dialog.getByRole("button", { name: texts.close }).click();
    assert.equal(await focused(panel), texts.delete);
    assert.equal(simulator.messages[1].deletedAt, null);
  }, guise);
}

/** The list of numbers on the page. */
class NumbersPage {
  readonly panel: Panel;
  readonly dialog: Locator;
  readonly texts: typeof en;

  constructor(panel: Panel, texts: typeof en) {
    this.panel = panel;
    this.dialog = panel.page.getByRole("dialog");
    this.texts = texts;
  }

  row(name: string): Locator {
    return this.panel.page.locator(".numbers li").filter({ hasText: name });
  }

  async buttonsOf(name: string): Promise<string[]> {
    return await this.row(name).getByRole("button").allTextContents();
  }

  async click(name: string, button: string): Promise<void> {
    await this.row(name).getByRole("button", { name: button, exact: true }).click();
  }

  async confirm(button: string): Promise<void> {
    await this.dialog.getByRole("button", { name: button, exact: true }).click();
  }

  async typeName(name: string): Promise<void> {
    await this.panel.page.keyboard.type(name); // the field has the focus, and its text is selected
    await this.panel.page.keyboard.press("Enter");
  }

  /** Resolves when the number is shown that has this session. */
  async shows(session: string): Promise<void> {
    await this.panel.page.locator("dl > div", { hasText: session }).waitFor();
    await this.panel.heading(this.texts.connected);
  }
}

type Look = (state: string) => Promise<void>;

async function connectFirst(panel: Panel, texts: typeof en): Promise<void> {
  await panel.page.goto(panel.stack.url);
  await panel.click(texts.signInButton);
  await panel.click(texts.connect);
  await panel.click(texts.simulateScan);
  await panel.heading(texts.connected);
}

async function send(panel: Panel, texts: typeof en): Promise<void> {
  await panel.page.getByLabel(texts.to).fill(RECIPIENT);
  await panel.page.getByLabel(texts.text, { exact: true }).fill("Hello");
  await panel.click(texts.sendButton);
  await panel.says(texts.accepted(RECIPIENT));
}

async function focused({ page }: Panel): Promise<string> {
  return await page.evaluate<string>("document.activeElement.textContent");
}

async function rename(numbers: NumbersPage, texts: typeof en): Promise<void> {
  await numbers.click("WhatsApp", texts.rename);
  await numbers.panel.page.keyboard.press("Escape");
  await numbers.click("WhatsApp", texts.rename);
  await numbers.typeName("Shop");
  await numbers.row("Shop").getByText(texts.states.connected).waitFor();
  assert.match(await focused(numbers.panel), /^Shop/);
}

async function addSecond(numbers: NumbersPage, texts: typeof en, look: Look): Promise<void> {
  const { panel } = numbers;
  await panel.click(texts.add);
  await numbers.panel.page.getByLabel(texts.name, { exact: true }).waitFor();
  await look("31-add");
  await numbers.typeName("Orders");
  await panel.heading(texts.scan);
  await panel.page.reload();
  await panel.click(texts.simulateScan);
  const { session, owner } = panel.simulator.clients[1];
  assert.match(owner!, /__wpp__[0-9a-f]{8}$/);
  await numbers.shows(session);
  await numbers.row("Orders").getByText(texts.shown).waitFor();
  await look("32-two-numbers");
  await send(panel, texts);
  assert.equal(panel.simulator.messages.at(-1)!.session, session);
}

async function chooseAndMakePrimary(numbers: NumbersPage, texts: typeof en, first: string) {
  await numbers.click("Shop", texts.choose);
  await numbers.shows(first);
  await numbers.click("Orders", texts.makePrimary);
  await numbers.row("Orders").getByText(texts.primary).waitFor();
  await numbers.panel.click(texts.checkNow);
  await numbers.row("Shop").getByText(texts.shown).waitFor();
  await send(numbers.panel, texts);
  assert.equal(numbers.panel.simulator.messages.at(-1)!.session, first);
}

async function disconnectShown(numbers: NumbersPage, texts: typeof en, look: Look) {
  const { panel, dialog } = numbers;
  await numbers.click("Shop", texts.disconnect);
  await dialog.getByText(texts.disconnectLead).waitFor();
  await look("33-disconnect");
  await numbers.confirm(texts.cancel);
  assert.equal(await focused(panel), texts.disconnect);
  assert.equal(panel.countOf("wpp-disconnect"), 0);
  await numbers.click("Shop", texts.disconnect);
  await numbers.confirm(texts.disconnect);
  await numbers.row("Shop").getByText(texts.states.disconnected).waitFor();
  await numbers.row("Orders").getByText(texts.shown).waitFor();
}

async function connectAgain(numbers: NumbersPage, texts: typeof en): Promise<void> {
  const { panel } = numbers;
  await numbers.click("Shop", texts.connectAgain);
  await panel.click(texts.simulateScan);
  const { session } = panel.simulator.clients[2];
  await numbers.shows(session);
  await numbers.row("Shop").getByText(texts.shown).waitFor();
  assert.equal(await panel.page.locator(".numbers li").count(), 2);
}

async function disconnectByForce(numbers: NumbersPage, texts: typeof en, look: Look) {
  const { panel, dialog } = numbers;
  panel.simulator.misbehave("stop", { kind: "respond", status: 503 }, { times: Infinity });
  await numbers.click("Orders", texts.disconnect);
  assert.equal(await dialog.getByText(texts.forceLead).count(), 0);
  await numbers.confirm(texts.disconnect);
  await dialog.getByText(texts.forceLead).waitFor();
  await look("34-force");
  await numbers.confirm(texts.disconnectAnyway);
  await numbers.row("Orders").getByText(texts.states.disconnected).waitFor();
  assert.match(await focused(panel), /^Orders/);
}

async function learnThatNoneCanBeAdded(numbers: NumbersPage, texts: typeof en, look: Look) {
  const { panel } = numbers;
  const requestId = crypto.randomUUID();
  const error = { code: "not_supported", message: "…", retryable: false, requestId };
  await panel.page.route(
    "**/functions/v1/wpp-create",
    (route) => route.fulfill({ status: 409, json: { error } }),
  );
  await panel.click(texts.add);
  await numbers.typeName("Third");
  await panel.says(texts.errors.not_supported);
  assert.equal(await panel.page.getByRole("button", { name: texts.add }).count(), 0);
  assert.match(await focused(panel), /WPP_SECRET/);
  await look("37-not-supported");
}
