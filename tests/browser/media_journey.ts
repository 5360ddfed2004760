import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Locator } from "playwright-core";
import type { en } from "../../examples/panel/texts_en.ts";
import { SAMPLES } from "../../local/simulator/samples.ts";
import type { Panel } from "./browser.ts";

export const ANNA = "+79991112233";

/** A file as a browser's input takes it. */
export interface BrowserFile {
  name: string;
  mimeType: string;
  buffer: Uint8Array;
}

/** As much of a media element as is used here. */
interface Player {
  muted: boolean;
  currentTime: number;
  ontimeupdate: unknown;
  play(): Promise<void>;
}

/** What a person does with files, step by step. */
export class MediaJourney {
  readonly #panel: Panel;
  readonly #texts: typeof en;

  constructor(panel: Panel, texts: typeof en) {
    this.#panel = panel;
    this.#texts = texts;
  }

  /** Has a contact write, and opens the chat. */
  async open(): Promise<void> {
    await this.#panel.connectAtOnce(this.#texts);
    await this.write({ text: "Hello" });
    await this.#panel.page.getByRole("button", { name: ANNA }).click();
    await this.message("Hello").waitFor();
  }

  async write(writing: object): Promise<void> {
    const { simulator } = this.#panel;
    const { session } = simulator.clients.at(-1)!;
    await simulator.incoming({ from: ANNA, session, ...writing });
  }

  message(text: string): Locator {
    return this.#panel.page.locator("li.message").filter({ hasText: text });
  }

  /** The last message of ours. */
  get sent(): Locator {
    return this.#panel.page.locator("li.message.out").last();
  }

  get field(): Locator {
    return this.#panel.page.getByLabel(this.#texts.messageTo(ANNA));
  }

  /** Chooses a file by the button. */
  async choose(file: BrowserFile): Promise<void> {
    const chooser = this.#panel.page.waitForEvent("filechooser");
    await this.#panel.click(this.#texts.attach);
    await (await chooser).setFiles({ ...file, buffer: Buffer.from(file.buffer) });
  }

  /** Chooses one that can be sent. */
  async attach(file: BrowserFile): Promise<void> {
    await this.choose(file);
    await this.attachment.getByText(file.name).waitFor();
    await this.#panel.page.locator("textarea:focus").waitFor();
  }

  get attachment(): Locator {
    return this.#panel.page.getByRole("group", { name: this.#texts.attachedFile });
  }

  /** Gives files to the page as a paste or a drop does. */
  async give(how: "paste" | "drop", selector: string, { name, mimeType, buffer }: BrowserFile) {
    await this.#panel.page.evaluate(
      `(() => {
      const data = new DataTransfer();
      const bytes = Uint8Array.from(atob("${buffer.toBase64()}"), (one) => one.charCodeAt(0));
      data.items.add(new File([bytes], "${name}", { type: "${mimeType}" }));
      const options = { bubbles: true, cancelable: true };
      const event = "${how}" === "paste"
        ? new ClipboardEvent("paste", { ...options, clipboardData: data })
        : new DragEvent("drop", { ...options, dataTransfer: data });
      document.querySelector("${selector}").dispatchEvent(event);
    })()`,
    );
    await this.attachment.getByText(name).waitFor();
  }

  async send(): Promise<void> {
    await this.#panel.click(this.#texts.sendButton);
  }

  /** Until the last message of ours was read: then the platform has it. */
  async isRead(): Promise<void> {
    await this.sent.getByText(this.#texts.deliveries.read).waitFor();
  }

  /** What the platform fetched last. */
  get arrived() {
    const { text, media } = this.#panel.simulator.messages.at(-1)!;
    return { text, ...media! };
  }

  /** The picture of a message is shown: it has a width. */
  async showsPicture(message: Locator): Promise<void> {
    const image = message.locator("img");
    await image.waitFor();
    for (let i = 0; i < 50; i++) {
      if (await image.evaluate((one: { naturalWidth: number }) => one.naturalWidth) > 0) return;
      await this.#panel.page.waitForTimeout(50);
    }
    assert.fail("the picture is not shown");
  }

  /** What a message plays does play. */
  async plays(message: Locator, tag: "audio" | "video"): Promise<void> {
    const player = message.locator(tag);
    await player.waitFor();
    await player.evaluate(async (one: Player) => {
      one.muted = true;
      const moved = new Promise<void>((resolve) => {
        one.ontimeupdate = () => one.currentTime > 0 && resolve();
      });
      await one.play();
      await moved;
    });
  }
}

/** A picture, as a browser gives it. */
export const PICTURE: BrowserFile = {
  name: "photo.jpg",
  mimeType: "image/jpeg",
  buffer: SAMPLES.image.bytes,
};
export const DOCUMENT: BrowserFile = {
  name: "Счёт №5.pdf",
  mimeType: "application/pdf",
  buffer: SAMPLES.document.bytes,
};
