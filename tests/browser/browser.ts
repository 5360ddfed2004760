import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import type { en } from "../../examples/panel/texts_en.ts";
import type { Simulator } from "../../local/simulator/simulator.ts";
import type { Stack } from "../../local/stack.ts";
import { running, SCREENSHOTS } from "./running.ts";

/** Gives nothing back, which would be copied here. */
const AXE = `${await Deno.readTextFile(
  new URL(import.meta.resolve("axe-core/axe.min.js")),
)}; 0`;

/** Settings of the simulator. */
export const SCANNED_AT_ONCE = { startingFor: 0, scanAfter: 0.001 };

/** A browser on the panel of a running stack. */
export class Panel {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly stack: Stack;
  /** What the page complained of, or asked of others. */
  readonly complaints: string[] = [];
  /** The functions that the page has called, in order. */
  readonly calls: string[] = [];

  constructor(context: BrowserContext, page: Page, stack: Stack) {
    this.context = context;
    this.page = page;
    this.stack = stack;
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      // Chromium says so of each answer that is no success; those of the page's own files are below
      const expected = /^(Failed to load resource|WebSocket connection to)/.test(message.text());
      const bad = message.type() === "error" || message.type() === "warning";
      if (bad && !expected) this.complaints.push(message.text());
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol === "data:") return;
      if (url.origin !== stack.url) this.complaints.push(`asked ${url.origin}`);
      const name = /^\/functions\/v1\/([\w-]+)/.exec(url.pathname)?.[1];
      if (name && request.method() !== "OPTIONS") this.calls.push(name);
    });
    page.on("response", (response) => {
      const api = /\/(functions|auth)\/v1\//.test(response.url());
      if (response.status() >= 400 && !api && !response.url().endsWith("/panel/scan")) {
        this.complaints.push(`${response.status()} ${response.url()}`);
      }
    });
  }

  get simulator(): Simulator {
    return this.stack.simulator!;
  }

  countOf(name: string): number {
    return this.calls.filter((one) => one === name).length;
  }

  /** Resolves when a heading of the screen says this. */
  async heading(text: string | RegExp): Promise<void> {
    await this.page.getByRole("heading", { level: 2, name: text }).first().waitFor();
  }

  /** Resolves when the screen holds this text. */
  async says(text: string | RegExp): Promise<void> {
    await this.page.getByRole("main").getByText(text).waitFor();
  }

  async click(name: string | RegExp): Promise<void> {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  async signIn(): Promise<void> {
    await this.page.goto(this.stack.url);
    await this.click("Sign in");
  }

  /** Signs in and goes on until a code is shown. */
  async showCode(): Promise<void> {
    await this.signIn();
    await this.click("Connect WhatsApp");
    await this.heading("Scan the code");
  }

  async connect(): Promise<void> {
    await this.showCode();
    await this.click("Simulate scan");
    await this.heading("WhatsApp is connected");
  }

  /** Signs in and connects, with a phone that scans each code at once: nothing is waited for. */
  async connectAtOnce(texts: typeof en): Promise<void> {
    Object.assign(this.simulator.settings, SCANNED_AT_ONCE);
    await this.page.goto(this.stack.url);
    await this.click(texts.signInButton);
    await this.click(texts.connect);
    await this.heading(texts.connected);
  }

  /** Keeps the page waiting for the answers of this path. */
  async hold(path: string): Promise<{ release(): Promise<void> }> {
    const { promise, resolve } = Promise.withResolvers<void>();
    await this.page.route(`**${path}`, async (route) => {
      await promise;
      await route.continue();
    });
    return {
      release: async () => {
        resolve();
        await this.page.unrouteAll({ behavior: "wait" });
      },
    };
  }

  /** Does something whose hints are lost, so that the page does not know of it. */
  async unheard(act: () => Promise<void>): Promise<void> {
    const { faults } = this.stack.realtime!;
    faults.dropEvery = 1;
    await act().finally(() => faults.dropEvery = 0);
  }

  /** Shows the form for a message to a new number: on a narrow screen it is not there at first. */
  async newChat({ newChat, to }: typeof en): Promise<void> {
    if (!await this.page.getByLabel(to, { exact: true }).isVisible()) await this.click(newChat);
  }

  /** Of a picture. */
  pathOf(name: string): string {
    return `${SCREENSHOTS}/${name}.png`;
  }

  /** Keeps a picture of this state, and holds it to what every state must be. */
  async look(name: string): Promise<void> {
    // For a picture of the whole page, Chromium takes the touch screen away.
    const fullPage = !await this.page.evaluate<boolean>("matchMedia('(pointer: coarse)').matches");
    await this.page.screenshot({ path: this.pathOf(name), fullPage });
    if (await this.page.evaluate<boolean>("!globalThis.axe")) await this.page.evaluate(AXE);
    const violations = await this.page.evaluate<string[]>(`axe.run(document, {
      resultTypes: ["violations"]
    }).then((found) =>
      found.violations.map((one) => one.id + ": " + one.nodes.map((node) => node.html).join(" "))
    )`);
    assert.deepEqual(violations, [], name);
    const overflow = await this.page.evaluate<number>(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    assert.equal(overflow, 0, `${name} scrolls sideways`);
  }
}

export interface PanelOptions {
  locale?: string;
  colorScheme?: "light" | "dark";
  width?: number;
  height?: number;
  /** A phone: with a touch screen, and no mouse. */
  touch?: boolean;
  /** Fakes the page's clock, which `page.clock` moves then. */
  clock?: boolean;
}

/** Opens the panel in a fresh browser profile. */
export async function openPanel(
  { locale = "en-US", colorScheme = "light", width = 1000, height = 800, touch = false, clock }:
    PanelOptions = {},
): Promise<Panel> {
  const { browser, stack } = await running();
  const viewport = { width, height };
  const guise = { locale, colorScheme, viewport, hasTouch: touch, isMobile: touch };
  const context = await browser.newContext(guise);
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  if (clock) await page.clock.install();
  return new Panel(context, page, stack);
}

/** Runs a test on a fresh browser profile, an empty database and a simulator as new. */
export function inPanel(
  name: string,
  test: (panel: Panel) => Promise<void>,
  options: PanelOptions = {},
): void {
  Deno.test(name, { sanitizeOps: false, sanitizeResources: false }, async () => {
    const { stack } = await running();
    stack.simulator!.reset();
    await stack.database.exec(
      "truncate public.messenger_integrations, public.messenger_changes cascade",
    );
    const panel = await openPanel(options);
    try {
      await test(panel);
      assert.deepEqual(panel.complaints, []);
    } finally {
      await panel.context.close();
    }
  });
}
