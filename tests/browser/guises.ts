import { en } from "../../examples/panel/texts_en.ts";
import { ru } from "../../examples/panel/texts_ru.ts";
import { inPanel, type Panel, type PanelOptions } from "./browser.ts";

/** What a test finds in a guise. */
export interface Guise {
  texts: typeof en;
  /** Whether a chat takes the whole screen. */
  isNarrow: boolean;
  /** `Panel.look`, under a name that says the guise, too. */
  look(state: string): Promise<void>;
}

type GuiseTest = (panel: Panel, guise: Guise) => Promise<void>;

/** Each language, colour scheme and width, with a mouse and with a finger. */
const GUISES = [
  { texts: en, locale: "en-US", colorScheme: "light", width: 1000 },
  { texts: ru, locale: "ru-RU", colorScheme: "dark", width: 320, height: 1300, touch: true },
] as const;

/** Runs a test in each guise. */
export function inEachGuise(name: string, test: GuiseTest, options: PanelOptions = {}): void {
  for (const { texts, ...guise } of GUISES) {
    const { locale, colorScheme, width } = guise;
    const guiseName = [locale.slice(0, 2), colorScheme, width].join("-");
    const run = (panel: Panel) =>
      test(panel, {
        texts,
        isNarrow: width < 700,
        look: (state) => panel.look(`${guiseName}-${state}`),
      });
    inPanel(`${name}, ${guiseName}`, run, { ...guise, ...options });
  }
}
