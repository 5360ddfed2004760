import assert from "node:assert/strict";
import { en } from "../../examples/panel/texts_en.ts";
import { inPanel } from "./browser.ts";
import { type ChatRows, OURS, putRows } from "./chat_rows.ts";
import { ChatsJourney } from "./chats_journey.ts";
import { inEachGuise } from "./guises.ts";
import { connectAsOther } from "./other_user.ts";

/** So low that a chat does not fit on a phone. */
const LOW = { height: 700 };

inEachGuise("a person reads and answers their chats", async (panel, { texts, look, isNarrow }) => {
  await panel.connectAtOnce(texts);
  const person = new ChatsJourney(panel, texts, look, isNarrow);
  await person.findNone();
  await person.hearFirst();
  await person.read();
  await person.answer();
  await person.react();
  await person.delete();
  await person.rename();
  await person.readOnly();
  await person.search();
  await person.goOffline();
}, LOW);

/** Of a message of the signed-in user. */
const ours = (columns: Record<string, string>) => ({
  direction: "out" as const,
  columns: { author: OURS, ...columns },
});
const DELIVERIES: ChatRows["messages"] = [
  { text: "in the queue", ...ours({ status: "'accepted'" }) },
  { text: "at WhatsApp", ...ours({ status: "'accepted'", delivery: "'sent'" }) },
  { text: "on their phone", ...ours({ status: "'accepted'", delivery: "'delivered'" }) },
  { text: "seen", ...ours({ status: "'accepted'", delivery: "'read'" }) },
  { text: "refused", ...ours({ status: "'failed'", error_code: "'gateway_error'" }) },
  { text: "lost", ...ours({ status: "'accepted'", delivery: "'failed'" }) },
  { text: "who knows", ...ours({ status: "'unknown'", error_code: "'delivery_unknown'" }) },
  { text: "by hand", direction: "out", columns: { source: "'phone'", delivery: "'read'" } },
  { text: "by another", direction: "out", columns: { author: "'another'", status: "'sending'" } },
  {
    text: "liked",
    columns: {
      reactions: `'[{"by":"me","emoji":"❤️","at":""},{"by":"+7","emoji":"❤️","at":""}]'`,
    },
  },
];
const LONG = "Анна-Мария фон Гогенцоллерн, отдел закупок и снабжения, второй этаж, кабинет 204";

inEachGuise("the panel shows what messages can be, and 5,000 of them", async (panel, guise) => {
  const { texts, look, isNarrow } = guise;
  const { page, stack } = panel;
  await panel.connectAtOnce(texts);
  await page.goto("about:blank");
  const many = Array.from(
    { length: 5_000 },
    (_, i) => ({ text: `Message no. ${i + 1} of 5000` }),
  );
  await putRows(stack, [
    { name: "Many", phone: "+79991110001", messages: many },
    { name: LONG, phone: "+79991110002", messages: DELIVERIES },
    { name: null, phone: "+79991110003", messages: [{ text: "word".repeat(60) }] },
  ]);
  const held = await panel.hold("/rest/v1/rpc/messenger_changes_since");
  await page.goto(stack.url);
  await panel.says(texts.chatsLoading);
  await look("50-loading");
  await held.release();
  const person = new ChatsJourney(panel, texts, look, isNarrow);
  await person.open(LONG.slice(0, 20));
  await panel.says(texts.notDelivered);
  const words = Object.values(texts.deliveries);
  const shown = await page.locator(".ticks").allTextContents();
  assert.deepEqual([...new Set(shown)].sort(), words.sort());
  await panel.says(texts.errors.gateway_error);
  await panel.says(`${texts.unknown} ${texts.unknownLead}`);
  await look("51-deliveries");
  await person.back();
  await look("52-long-names");
  if (isNarrow) return; // scrolling is the same in each guise, and takes its time
  await person.open("Many");
  await person.scrollUp();
}, LOW);

inPanel("a user sees nothing of another organization's chats", async (panel) => {
  const { page, simulator } = panel;
  await panel.connectAtOnce(en);
  await simulator.incoming({
    session: simulator.clients[0].session,
    from: "+79991112233",
    text: "A",
  });
  await page.locator(".chats li", { hasText: "+79991112233" }).waitFor();
  await panel.click("Sign out");
  await connectAsOther(panel);
  await panel.says(en.chatsEmpty);
  const [one, other] = simulator.clients.map(({ session }) => session);
  await simulator.incoming({ session: one, from: "+79991112233", text: "B" });
  await simulator.incoming({ session: other, from: "+79995556677", text: "C" });
  await panel.says("+79995556677");
  assert.equal(await page.locator(".chats li").count(), 1);
});

inPanel("a chat is read and answered without a mouse", async (panel) => {
  const { page, simulator } = panel;
  await panel.connectAtOnce(en);
  const { session } = simulator.clients[0];
  const from = "+79991112233";
  await simulator.incoming({ session, from, text: "First", messageId: "F1RST" });
  await simulator.incoming({ session, from, text: "Second", messageId: "SEC0ND" });
  await panel.says("Second");
  const press = async (key: string, times = 1) => {
    for (let i = 0; i < times; i++) await page.keyboard.press(key);
  };
  const focuses = (selector: string, hasText?: string) =>
    page.locator(`${selector}:focus`).filter({ hasText }).waitFor();
  await page.getByRole("button", { name: en.newChat }).focus();
  await press("Tab", 2);
  await press("Enter");
  await focuses("h2", from);
  await page.locator("li.message").getByText("Second").waitFor();
  await press("Tab", 2);
  await focuses("li.message", "Second");
  await press("ArrowUp");
  await focuses("li.message", "First");
  await press("Tab");
  await press("Enter");
  await press("Tab", 2);
  await press("Enter");
  await page.locator("li.message", { hasText: "First" }).getByText(en.reactions("❤️", 1))
    .waitFor({ state: "attached" });
  await focuses(".menu > button");
  await press("Tab");
  await focuses("textarea");
  await page.keyboard.type("Hello");
  await press("Enter");
  await page.locator("li.message", { hasText: "Hello" }).waitFor();
  await simulator.incoming({ session, from, text: "Third" });
  await page.locator("li.message", { hasText: "Third" }).waitFor();
  await focuses("textarea");
});

inPanel(
  "the focus stays at a message whose deletion is told before it is answered",
  async (panel) => {
    const { page, simulator } = panel;
    await panel.connectAtOnce(en);
    const { session } = simulator.clients[0];
    await simulator.incoming({ session, from: "+79991112233", text: "Hello" });
    await page.locator(".chats li", { hasText: "Hello" }).click();
    await page.locator("textarea").fill("A mistake");
    await panel.click(en.sendButton);
    const message = page.locator("li.message", { hasText: "A mistake" });
    await message.getByText(en.deliveries.read).waitFor();
    const { promise: isTold, resolve } = Promise.withResolvers<void>();
    await page.route("**/functions/v1/wpp-delete", async (route) => {
      const response = await route.fetch();
      await isTold;
      await route.fulfill({ response });
    });
    await message.getByRole("button", { name: en.messageActions }).click();
    await message.getByRole("button", { name: en.delete }).click();
    await page.getByRole("dialog").getByRole("button", { name: en.deleteButton, exact: true })
      .click();
    await page.locator(".thread").getByText(en.messageDeleted).waitFor();
    resolve();
    await page.locator("li.message:focus").getByText(en.messageDeleted).waitFor();
    assert.equal(await page.locator("li.message:focus .menu button").count(), 0);
  },
);
