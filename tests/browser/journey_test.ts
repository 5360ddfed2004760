import assert from "node:assert/strict";
import { en } from "../../examples/panel/texts_en.ts";
import { inPanel } from "./browser.ts";
import { type ChatRows, OURS, putRows } from "./chat_rows.ts";
import { inEachGuise } from "./guises.ts";
import { NumbersJourney } from "./numbers_journey.ts";

inEachGuise(
  "a person adds numbers, changes and disconnects them",
  async (panel, { texts, look }) => {
    await panel.connectAtOnce(texts);
    const person = new NumbersJourney(panel, texts, look);
    await person.rename();
    await person.add();
    await person.deleteMessage();
    await person.chooseAndMakePrimary();
    await person.failToDeleteMessage();
    await person.disconnect();
    await person.connectAgain();
    await person.disconnectByForce();
    await person.learnThatNoneCanBeAdded();
  },
);

/** What the README's picture shows. */
const PICTURED: readonly ChatRows[] = [
  {
    name: "Anna Petrova",
    phone: "+79991112233",
    messages: [
      { text: "Hello! Is my order ready?" },
      {
        text: "Yes, it is. We are open until eight.",
        direction: "out",
        columns: { author: OURS, status: "'accepted'", delivery: "'read'" },
      },
      {
        text: "Great, I will be there at six.",
        columns: { reactions: `'[{"by":"me","emoji":"❤️","at":""}]'` },
      },
      {
        text: "The parcel is at the counter, under your name.",
        direction: "out",
        columns: { source: "'phone'", delivery: "'read'" },
      },
      {
        text: "The code for the door is 4711.",
        direction: "out",
        columns: { author: OURS, status: "'accepted'", delivery: "'delivered'" },
      },
    ],
  },
  {
    name: "Ivan",
    phone: "+79992223344",
    unread: 2,
    messages: [{ text: "How long does delivery take?" }],
  },
  { name: null, phone: "+4915112345678", unread: 1, messages: [{ text: "Guten Tag!" }] },
  { name: "Studio Nord", phone: "+79995556677", messages: [{ text: "Thank you!" }] },
];

/** `deno task pictures`: the panel as the README shows it. */
if (Deno.env.get("DOCS_PICTURES") === "1") {
  for (const colorScheme of ["light", "dark"] as const) {
    inPanel(`the panel is pictured for the README, ${colorScheme}`, async (panel) => {
      await panel.connectAtOnce(en);
      await panel.page.goto("about:blank");
      await putRows(panel.stack, PICTURED);
      await panel.page.goto(panel.stack.url);
      await panel.page.getByRole("button", { name: /^Anna/ }).click();
      await panel.page.locator(".ticks.delivered").waitFor();
      await panel.page.locator(".channel", { hasText: en.channels.live }).waitFor();
      await panel.page.evaluate("document.activeElement.blur()");
      await panel.page.mouse.move(0, 0);
      const { pathname } = new URL(`../../docs/panel-${colorScheme}.png`, import.meta.url);
      await panel.page.screenshot({ path: pathname });
      const { size } = await Deno.stat(pathname);
      assert.ok(size < 150_000, `${pathname} has ${size} bytes`);
    }, { colorScheme, width: 900, height: 608 });
  }
}
