import assert from "node:assert/strict";
import { en } from "../../examples/panel/texts_en.ts";
import { ru } from "../../examples/panel/texts_ru.ts";
import { inPanel } from "./browser.ts";
import { NumbersJourney } from "./numbers_journey.ts";

const GUISES = [
  { texts: en, locale: "en-US", colorScheme: "light", width: 1000 },
  { texts: ru, locale: "ru-RU", colorScheme: "dark", width: 320, height: 1300, touch: true },
] as const;

inPanel("a person connects WhatsApp and sends a message by clicking", async (panel) => {
  const { page, simulator } = panel;
  await page.goto(panel.stack.url);
  await panel.heading("Sign in");
  await panel.look("01-sign-in");
  await panel.click("Sign in");
  await panel.heading("Connect WhatsApp");
  await panel.look("02-empty");
  await panel.click("Connect WhatsApp");
  await panel.heading("Scan the code");
  await panel.look("05-scan");
  await panel.click("Simulate scan");
  await panel.heading("WhatsApp is connected");
  await page.getByText(simulator.clients[0].session, { exact: true }).waitFor();
  await page.getByLabel("Phone number").fill("+7 999 111-22-33");
  await page.getByLabel("Message").fill("Привет 👋");
  await panel.click("Send");
  await panel.says("Accepted: the message to +79991112233 is on its way.");
  assert.deepEqual(simulator.messages.map(({ to, text }) => [to, text]), [
    ["79991112233", "Привет 👋"],
  ]);
  assert.equal(await page.getByLabel("Message").inputValue(), "");
  await page.getByText(/^Calls \(/).click();
  await page.getByText("wpp-send").waitFor();
  await panel.look("08-accepted");
});

for (const { texts, ...guise } of GUISES) {
  const name = [guise.locale.slice(0, 2), guise.colorScheme, guise.width].join("-");

  inPanel(`a person adds numbers, changes and disconnects them, ${name}`, async (panel) => {
    await panel.connectAtOnce(texts);
    const look = (state: string) => panel.look(`${name}-${state}`);
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
  }, guise);
}

/** `deno task pictures`: the panel as the README shows it. */
if (Deno.env.get("DOCS_PICTURES") === "1") {
  for (const colorScheme of ["light", "dark"] as const) {
    inPanel(`the panel is pictured for the README, ${colorScheme}`, async (panel) => {
      await panel.showCode();
      const { pathname } = new URL(`../../docs/panel-${colorScheme}.png`, import.meta.url);
      await panel.page.screenshot({ path: pathname });
      const { size } = await Deno.stat(pathname);
      assert.ok(size < 150_000, `${pathname} has ${size} bytes`);
    }, { colorScheme, width: 900, height: 608 });
  }
}
