import assert from "node:assert/strict";
import { en } from "../../examples/panel/texts_en.ts";
import { ru } from "../../examples/panel/texts_ru.ts";
import { inPanel } from "./browser.ts";
import { NumbersJourney } from "./numbers_journey.ts";

const GUISES = [
  { texts: en, locale: "en-US", colorScheme: "light", width: 1000 },
  { texts: ru, locale: "ru-RU", colorScheme: "dark", width: 320, height: 1300, touch: true },
] as const;

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
