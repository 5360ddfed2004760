import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import type { en } from "../../examples/panel/texts_en.ts";
import { type Panel, SCANNED_AT_ONCE } from "./browser.ts";

const RECIPIENT = "+79991112233";

/** What a person does with their numbers, and with a message, step by step. */
export class NumbersJourney {
  readonly #panel: Panel;
  readonly #texts: typeof en;
  readonly #look: (state: string) => Promise<void>;
  readonly #dialog: Locator;

  constructor(panel: Panel, texts: typeof en, look: (state: string) => Promise<void>) {
    this.#panel = panel;
    this.#texts = texts;
    this.#look = look;
    this.#dialog = panel.page.getByRole("dialog");
  }

  async rename(): Promise<void> {
    const { states, rename, disconnect } = this.#texts;
    await this.#says("WhatsApp", states.connected);
    const buttons = await this.#row("WhatsApp").getByRole("button").allTextContents();
    assert.deepEqual(buttons, [rename, disconnect]);
    await this.#click("WhatsApp", rename);
    await this.#panel.page.keyboard.press("Escape");
    await this.#look("30-one-number");
    await this.#click("WhatsApp", rename);
    await this.#typeName("Shop");
    await this.#says("Shop", states.connected);
    await this.#focuses(/^Shop/);
  }

  /** Adds one; the page is reloaded while its code is shown. */
  async add(): Promise<void> {
    const { page, simulator } = this.#panel;
    simulator.settings.scanAfter = 0;
    await this.#panel.click(this.#texts.add);
    await this.#look("31-add");
    await this.#typeName("Orders");
    await this.#panel.heading(this.#texts.scan);
    Object.assign(simulator.settings, SCANNED_AT_ONCE);
    await page.reload();
    const { session, owner } = simulator.clients[1];
    assert.match(owner!, /__wpp__[0-9a-f]{8}$/);
    await this.#says("Orders", this.#texts.shown);
    await this.#sendsFrom(session);
    await this.#look("32-two-numbers");
  }

  /** The page goes on with the number that it shows, although another becomes the primary one. */
  async chooseAndMakePrimary(): Promise<void> {
    const { choose, makePrimary, primary, checkNow, shown } = this.#texts;
    const { page, simulator } = this.#panel;
    await this.#click("Shop", choose);
    await this.#says("Shop", shown);
    await page.reload(); // which shows the primary one
    await this.#says("Shop", shown);
    await this.#click("Orders", makePrimary);
    await this.#says("Orders", primary);
    await Promise.all([
      page.waitForResponse(/wpp-status/),
      this.#panel.click(checkNow),
    ]);
    await this.#sendsFrom(simulator.clients[0].session);
  }

  /** Disconnects the number that is shown; the other one is shown then. */
  async disconnect(): Promise<void> {
    const { disconnect, disconnectLead, cancel, states, shown } = this.#texts;
    await this.#click("Shop", disconnect);
    await this.#dialog.getByText(disconnectLead).waitFor();
    await this.#focuses(cancel);
    await this.#look("33-disconnect");
    await this.#answer(cancel);
    await this.#focuses(disconnect);
    assert.equal(this.#panel.countOf("wpp-disconnect"), 0);
    await this.#click("Shop", disconnect);
    await this.#answer(disconnect);
    await this.#says("Shop", states.disconnected);
    await this.#says("Orders", shown);
    const { simulator } = this.#panel;
    const stateOf = simulator.clients.map(({ session }) => simulator.stateOf(session));
    assert.deepEqual(stateOf, ["disconnected", "connected"]);
  }

  async connectAgain(): Promise<void> {
    await this.#click("Shop", this.#texts.connectAgain);
    await this.#says("Shop", this.#texts.shown);
    await this.#sendsFrom(this.#panel.simulator.clients[2].session);
    assert.equal(await this.#panel.page.locator(".numbers li").count(), 2);
  }

  async disconnectByForce(): Promise<void> {
    const { disconnect, forceLead, disconnectAnyway, states } = this.#texts;
    const down = { kind: "respond", status: 503 } as const;
    this.#panel.simulator.misbehave("stop", down, { times: Infinity });
    await this.#click("Orders", disconnect);
    assert.equal(await this.#dialog.getByText(forceLead).count(), 0);
    await this.#answer(disconnect);
    await this.#dialog.getByText(forceLead).waitFor();
    await this.#look("34-force");
    await this.#answer(disconnectAnyway);
    await this.#says("Orders", states.disconnected);
    await this.#focuses(/^Orders/);
  }

  /** A project without WPP_SECRET. */
  async learnThatNoneCanBeAdded(): Promise<void> {
    const { page } = this.#panel;
    const requestId = crypto.randomUUID();
    const error = { code: "not_supported", message: "…", retryable: false, requestId };
    await page.route(
      "**/functions/v1/wpp-create",
      (route) => route.fulfill({ status: 409, json: { error } }),
    );
    await this.#panel.click(this.#texts.add);
    await this.#typeName("Third");
    await this.#panel.says(this.#texts.errors.not_supported);
    await this.#focuses(/WPP_SECRET/);
    assert.equal(await page.getByRole("button", { name: this.#texts.add }).count(), 0);
    await this.#look("35-not-supported");
  }

  /** The message that was sent last. */
  async deleteMessage(): Promise<void> {
    const { simulator, page } = this.#panel;
    const button = page.getByRole("button", { name: this.#texts.delete });
    await button.click();
    await this.#dialog.getByText(this.#texts.deleteLead).waitFor();
    await page.keyboard.press("Escape");
    await this.#focuses(this.#texts.delete);
    assert.equal(this.#panel.countOf("wpp-delete"), 0);
    await button.click();
    await this.#answer(this.#texts.deleteButton);
    await this.#panel.says(this.#texts.deleted(RECIPIENT));
    assert.equal(await button.count(), 0);
    assert.notEqual(simulator.messages.at(-1)!.deletedAt, null);
    await this.#look("36-deleted");
  }

  /** The message that was sent last, to which the platform gave no id. */
  async failToDeleteMessage(): Promise<void> {
    const { page, stack } = this.#panel;
    await stack.database.exec("update public.messenger_messages set task_id = null");
    await page.getByRole("button", { name: this.#texts.delete }).click();
    await this.#answer(this.#texts.deleteButton);
    await this.#dialog.getByText(this.#texts.errors.message_not_addressable).waitFor();
    await this.#look("37-not-addressable");
    await this.#answer(this.#texts.close);
    await this.#focuses(this.#texts.delete);
  }

  #row(name: string): Locator {
    return this.#panel.page.locator(".numbers li").filter({ hasText: name });
  }

  async #says(name: string, text: string): Promise<void> {
    await this.#row(name).getByText(text, { exact: true }).waitFor();
  }

  async #click(name: string, button: string): Promise<void> {
    await this.#row(name).getByRole("button", { name: button, exact: true }).click();
  }

  async #answer(button: string): Promise<void> {
    await this.#dialog.getByRole("button", { name: button, exact: true }).click();
  }

  /** Into the field that was opened, whose text is selected. */
  async #typeName(name: string): Promise<void> {
    await this.#panel.page.keyboard.type(name);
    await this.#panel.page.keyboard.press("Enter");
  }

  async #focuses(text: string | RegExp): Promise<void> {
    await this.#panel.page.locator(":focus").filter({ hasText: text }).waitFor();
  }

  async #sendsFrom(session: string): Promise<void> {
    const { page, simulator } = this.#panel;
    await page.locator("dl > div", { hasText: session }).waitFor();
    await this.#panel.newChat(this.#texts);
    await page.getByLabel(this.#texts.to).fill(RECIPIENT);
    await page.getByLabel(this.#texts.text, { exact: true }).fill("Hello");
    await this.#panel.click(this.#texts.sendButton);
    await this.#panel.says(this.#texts.accepted(RECIPIENT));
    assert.equal(simulator.messages.at(-1)!.session, session);
  }
}
