import type { View } from "./dom.ts";
import { announcement, keyOf, type Screen, type ScreenOptions, viewOf } from "./screens.ts";

export interface StageOptions {
  /** The element that the screen is shown in. */
  slot: HTMLElement;
  /** Lets screen readers say this. */
  announce: (text: string) => void;
}

/** Where one screen is shown at a time. */
export class Stage {
  #options: StageOptions;
  #screenOptions: ScreenOptions;
  #view?: { key: string; view: View<Screen> };

  constructor(options: StageOptions, screenOptions: ScreenOptions) {
    this.#options = options;
    this.#screenOptions = screenOptions;
  }

  /** Shows a screen, with something beside it. Returns whether it is another one than before. */
  show(screen: Screen, beside: HTMLElement | ""): boolean {
    const key = keyOf(screen);
    if (this.#view?.key === key) {
      this.#view.view.update(screen);
      return false;
    }
    const { slot, announce } = this.#options;
    const isFirst = this.#view === undefined;
    const view = viewOf(screen, this.#screenOptions);
    this.#view = { key, view };
    slot.replaceChildren(view.element, beside);
    if (!isFirst) view.element.querySelector("h2")?.focus();
    announce(announcement(screen));
    return true;
  }

  /** Lets the next screen be drawn anew, and leaves the focus where it is. */
  clear(): void {
    this.#view = undefined;
  }
}
