import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { en } from "../../examples/panel/texts_en.ts";
import type { Panel } from "./browser.ts";

const ANNA = "+79991112233";

/** What a person does with their chats, step by step. */
export class ChatsJourney {
  readonly #panel: Panel;
  readonly #texts: typeof en;
  readonly #look: (state: string) => Promise<void>;
  readonly #isNarrow: boolean;

  constructor(
    panel: Panel,
    texts: typeof en,
    look: (state: string) => Promise<void>,
    isNarrow: boolean,
  ) {
    this.#panel = panel;
    this.#texts = texts;
    this.#look = look;
    this.#isNarrow = isNarrow;
  }

  async findNone(): Promise<void> {
    await this.#panel.says(this.#texts.chatsEmpty);
    await this.#look("40-no-chats");
  }

  /** Plays the contact in the page's own box. */
  async hearFirst(): Promise<void> {
    const { page } = this.#panel;
    await page.locator(".phone summary").click();
    await page.locator("#from-text").fill("Is my order ready?");
    await this.#panel.click(this.#texts.phoneSend);
    await this.row(ANNA).getByText("Is my order ready?").waitFor();
    await this.row(ANNA).getByText(this.#texts.unread(1)).waitFor();
    await this.#spoken(this.#texts.newMessage(ANNA, "Is my order ready?"));
    await this.#look("41-unread");
  }

  /** Opens it: then it is read. Nothing is clicked for what comes next. */
  async read(): Promise<void> {
    await this.open(ANNA);
    await this.#message("Is my order ready?").waitFor();
    await this.write({ from: ANNA, text: "I am at the door", messageId: "D00R" });
    await this.#message("I am at the door").waitFor();
    await this.#spoken(this.#texts.newMessage(ANNA, "I am at the door"));
    await this.#until("select 1 from public.messenger_chats where unread_count = 0");
    await this.#look("42-thread");
  }

  async answer(): Promise<void> {
    const { page, simulator } = this.#panel;
    await page.getByLabel(this.#texts.messageTo(ANNA)).fill("Coming down");
    await this.#panel.click(this.#texts.sendButton);
    const sent = this.#message("Coming down");
    await sent.getByText(this.#texts.deliveries.read).waitFor();
    await sent.getByText(this.#texts.byYou, { exact: true }).waitFor({ state: "attached" });
    assert.equal(simulator.messages.at(-1)!.text, "Coming down");
    assert.equal(await page.getByLabel(this.#texts.messageTo(ANNA)).inputValue(), "");
    await this.#look("43-answered");
  }

  async react(): Promise<void> {
    const message = this.#message("I am at the door");
    const menu = message.getByRole("button", { name: this.#texts.messageActions });
    await menu.click();
    await this.#look("44-menu");
    await message.getByRole("button", { name: this.#texts.reactWith("👍") }).click();
    await message.getByText(this.#texts.reactions("👍", 1)).waitFor({ state: "attached" });
    assert.equal(this.#panel.simulator.reactions.length, 1);
  }

  async delete(): Promise<void> {
    const { page } = this.#panel;
    const message = this.#message("Coming down");
    await message.getByRole("button", { name: this.#texts.messageActions }).click();
    await message.getByRole("button", { name: this.#texts.delete }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: this.#texts.deleteButton, exact: true }).click();
    await page.locator(".thread").getByText(this.#texts.messageDeleted).waitFor();
    assert.equal(await message.count(), 0);
    await page.locator("li.message:focus").waitFor();
    await this.#look("45-reaction-and-deletion");
  }

  async rename(): Promise<void> {
    const { page } = this.#panel;
    await this.#panel.click(this.#texts.renameChat);
    await page.keyboard.press("Escape");
    await page.locator(":focus", { hasText: this.#texts.renameChat }).waitFor();
    await this.#panel.click(this.#texts.renameChat);
    await page.keyboard.type("Anna");
    await page.keyboard.press("Enter");
    await this.#panel.heading("Anna");
  }

  /** A group, and a contact who hides their number: one reads them, and cannot write. */
  async readOnly(): Promise<void> {
    const group = "120363000000000001";
    await this.write({ from: "+79995556677", group, text: "Who is in?", name: "Boris" });
    await this.write({ lid: "98765432109876", text: "Guess who", picture: true });
    await this.back();
    await this.open(this.#texts.group);
    await this.#message("Who is in?").getByText("+79995556677").waitFor();
    await this.#panel.says(this.#texts.noReplyGroup);
    await this.#look("46-group");
    await this.back();
    await this.open(this.#texts.hiddenNumber);
    await this.#panel.says(this.#texts.noReplyHidden);
    await this.#look("47-hidden-number");
    await this.back();
  }

  async search(): Promise<void> {
    const search = this.#panel.page.getByRole("searchbox");
    await search.fill("ann");
    await this.row(this.#texts.group).waitFor({ state: "detached" });
    await this.row("Anna").waitFor();
    await search.fill("nobody");
    await this.#panel.says(this.#texts.chatsNone);
    await this.#look("48-nothing-found");
    await search.fill("");
    await this.row(this.#texts.group).waitFor();
  }

  /** What came while the page was offline is there when it is online again, without a reload. */
  async goOffline(): Promise<void> {
    const { page, context } = this.#panel;
    await this.open("Anna");
    await context.setOffline(true);
    const offline = page.getByText(this.#texts.offline, { exact: true });
    await offline.waitFor();
    await this.write({ from: ANNA, text: "Where are you?" });
    await this.#look("49-offline");
    await context.setOffline(false);
    await this.#message("Where are you?").waitFor();
    await offline.waitFor({ state: "detached" });
  }

  /** Through all the pages of a long thread, and back to its end. */
  async scrollUp(): Promise<void> {
    const { page } = this.#panel;
    await this.#message("Message no. 5000 of").waitFor();
    const first = page.locator("li.message", { hasText: "Message no. 1 of" });
    for (let i = 0; i < 100 && await first.count() === 0; i++) {
      await page.evaluate("document.querySelector('.messages .scroll').scrollTop = 0");
      await page.waitForTimeout(50);
    }
    assert.equal(await page.locator("li.message").count(), 5_000);
    // No axe here: it takes minutes for so many.
    await page.screenshot({ path: this.#panel.pathOf("53-the-first-of-5000") });
    await this.#panel.click(this.#texts.newest);
    await page.locator("li.message:focus", { hasText: "Message no. 5000 of" }).waitFor();
    assert.equal(await page.locator("li.message").count(), 200);
  }

  async open(name: string): Promise<void> {
    await this.row(name).click();
    await this.#panel.page.locator(".head h2:focus", { hasText: name }).waitFor();
  }

  /** On a narrow screen, from the chat to the list. */
  async back(): Promise<void> {
    if (this.#isNarrow) await this.#panel.click(this.#texts.back);
  }

  row(name: string): Locator {
    return this.#panel.page.locator(".chats li").filter({ hasText: name }).getByRole("button");
  }

  async write(writing: object): Promise<void> {
    const { simulator } = this.#panel;
    const { session } = simulator.clients.at(-1)!;
    await simulator.incoming({ ...writing, session });
  }

  #message(text: string): Locator {
    return this.#panel.page.locator("li.message").filter({ hasText: text });
  }

  async #spoken(text: string): Promise<void> {
    await this.#panel.page.locator("body > .spoken", { hasText: text }).waitFor();
  }

  /** Until the query finds a row. */
  async #until(query: string): Promise<void> {
    const { page, stack } = this.#panel;
    for (let i = 0; i < 50; i++) {
      if ((await stack.database.query(query)).length > 0) return;
      await page.waitForTimeout(100);
    }
    assert.fail(query);
  }
}
