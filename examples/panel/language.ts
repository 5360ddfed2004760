import { en, type Texts } from "./texts_en.ts";
import { ru } from "./texts_ru.ts";

export type Language = "en" | "ru";

const TEXTS: Record<Language, Texts> = { en, ru };
/** In `localStorage`. */
const KEY = "panel.language";

let current: Language = initial();

/** The texts of the current language. */
export function t(): Texts {
  return TEXTS[current];
}

export function language(): Language {
  return current;
}

/** Remembers the choice. The caller draws the page again. */
export function setLanguage(chosen: Language): void {
  current = chosen;
  localStorage.setItem(KEY, chosen);
}

/** The text for an error code. */
export function errorText(code: string): string {
  return t().errors[code] ?? t().otherError;
}

/** The time of day, and the date unless that is today. */
export function clock(iso: string): string {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(current, {
    dateStyle: today ? undefined : "medium",
    timeStyle: today ? "medium" : "short",
  }).format(date);
}

/** The chosen language, else the browser's. */
function initial(): Language {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "en" || chosen === "ru") return chosen;
  return navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en";
}
