import { language } from "./language.ts";

const UNITS = ["byte", "kilobyte", "megabyte"] as const;

/** How large a file is, in words: `1.4 MB`. */
export function fileSize(bytes: number): string {
  const power = Math.min(
    UNITS.length - 1,
    Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1000)),
  );
  return new Intl.NumberFormat(language(), {
    style: "unit",
    unit: UNITS[power],
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: power === 2 ? 1 : 0,
  }).format(bytes / 1000 ** power);
}
