/** A plot as SVG: rows from top to bottom, values from left to right. For light and for dark pages. */
import { escaped, round, text, vertical } from "./svg.ts";

export interface Plot {
  title: string;
  /** What the values are, with their unit. */
  axis: string;
  /** A bar begins at 0; a dot stands for values of which that would say little, such as ratios. */
  mark: "bar" | "dot";
  /** Where the axis begins. */
  from?: number;
  /** Of the values that are written out. */
  decimals: number;
  /** At most three, each with a colour and a shape of its own. */
  series: readonly string[];
  rows: readonly Row[];
  /** Two values at most to compare with, the lower one first. */
  lines?: readonly { at: number; label: string }[];
  /** What it was measured on. */
  note: string;
}

interface Row {
  name: string;
  /** One for each series. */
  values: readonly (number | undefined)[];
}

const WIDTH = 760;
/** For the values beside the last bar, or in a column. */
const VALUES_WIDTH = 110;
const RIGHT = WIDTH - VALUES_WIDTH;
/** About what a letter takes in the labels and, smaller, in the legend. */
const LETTER_WIDTH = 6.4;
const HEAD_HEIGHT = 84;
const FOOT_HEIGHT = 62;
const BAR_HEIGHT = 11;
const DOT_ROW_HEIGHT = 24;
const ROW_GAP = 10;
const TICKS = 6;

const STYLE = `
    .page { fill: #ffffff; stroke: #d0d7de }
    text { fill: #1f2328; font: 12px system-ui, sans-serif }
    .title { font-size: 15px; font-weight: 600 }
    .quiet { fill: #59636e; font-size: 11px }
    .grid { stroke: #d8dee4 }
    .line { stroke: #59636e; stroke-dasharray: 4 3 }
    .s0 { fill: #8c959f } .s1 { fill: #0969da } .s2 { fill: #bc4c00 }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; stroke: #3d444d }
      text { fill: #f0f6fc }
      .quiet { fill: #9198a1 }
      .grid { stroke: #2a313c }
      .line { stroke: #9198a1 }
      .s0 { fill: #7d8590 } .s1 { fill: #58a6ff } .s2 { fill: #f0883e }
    }
  `;

/** Where things are. */
interface Layout {
  /** Of the axis. */
  left: number;
  /** Of each row, and of what is below the last. */
  tops: number[];
  bottom: number;
  ticks: number[];
  x(value: number): number;
}

/** The text of an SVG file. */
export function plotSvg(plot: Plot): string {
  const layout = layoutOf(plot);
  const { left, bottom, ticks, x } = layout;
  const height = bottom + FOOT_HEIGHT;
  const lines = plot.lines ?? [];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" ` +
    `height="${height}" role="img" aria-labelledby="title summary">`,
    `<title id="title">${escaped(plot.title)}</title>`,
    `<desc id="summary">${escaped(summaryOf(plot))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6"/>`,
    text(16, 26, plot.title, "title"),
    ...legend(plot),
    ...ticks.flatMap((tick) => [
      vertical("grid", x(tick), HEAD_HEIGHT - 4, bottom),
      text(x(tick), bottom + 16, shown(tick), "quiet", "middle"),
    ]),
    ...lines.flatMap(({ at, label }, n) => [
      vertical("line", x(at), HEAD_HEIGHT - 4, bottom),
      // Of two, one to each side: they may be close to each other.
      text(x(at), HEAD_HEIGHT - 9, label, "quiet", n === lines.length - 1 ? "start" : "end"),
    ]),
    ...plot.rows.flatMap((row, n) => rowParts(plot, row, layout.tops[n], layout)),
    text((left + RIGHT) / 2, bottom + 34, plot.axis, "", "middle"),
    text(16, height - 10, plot.note, "quiet"),
    "</svg>",
  ];
  return parts.join("\n") + "\n";
}

function layoutOf(plot: Plot): Layout {
  const { rows, lines = [], from = 0 } = plot;
  const left = Math.round(26 + LETTER_WIDTH * Math.max(...rows.map(({ name }) => name.length)));
  const tops: number[] = [];
  let bottom = HEAD_HEIGHT;
  for (const row of rows) {
    tops.push(bottom);
    bottom += heightOf(plot, row);
  }
  const values = rows.flatMap((row) => row.values).filter((value) => value !== undefined);
  const most = Math.max(...values, ...lines.map(({ at }) => at));
  const least = Math.min(from, ...values);
  const step = stepFor((most - least) / TICKS || 1);
  const start = Math.floor(least / step + 1e-9) * step;
  const count = Math.ceil((most - start) / step - 1e-9);
  const x = (value: number) => round(left + ((value - start) / (count * step)) * (RIGHT - left));
  return {
    left,
    tops,
    bottom,
    x,
    ticks: Array.from({ length: count + 1 }, (_, n) => start + n * step),
  };
}

function heightOf({ mark }: Plot, { values }: Row): number {
  if (mark === "dot") return DOT_ROW_HEIGHT;
  return values.filter((value) => value !== undefined).length * BAR_HEIGHT + ROW_GAP;
}

/** The next one of 1, 2 and 5, of any power of ten. */
function stepFor(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= atLeast - 1e-9)!;
}

function rowParts(plot: Plot, row: Row, top: number, { left, x }: Layout): string[] {
  const { mark, decimals } = plot;
  const middle = top + (heightOf(plot, row) - (mark === "bar" ? ROW_GAP : 0)) / 2;
  const label = text(left - 10, middle + 4, row.name, "", "end");
  const there = row.values.map((value, n) => ({ value, n }))
    .filter((one): one is { value: number; n: number } => one.value !== undefined);
  if (mark === "bar") {
    const bars = there.flatMap(({ value, n }, place) => {
      const [y, end] = [top + place * BAR_HEIGHT, x(value)];
      return [
        `<rect class="s${n}" x="${left}" y="${y}" width="${round(end - left)}" ` +
        `height="${BAR_HEIGHT - 2}" rx="1.5"/>`,
        text(end + 5, y + BAR_HEIGHT - 3, value.toFixed(decimals), "quiet"),
      ];
    });
    return [label, ...bars];
  }
  const written = row.values.map((value) => value?.toFixed(decimals) ?? "–").join(" · ");
  return [
    label,
    ...there.map(({ value, n }) => dot(n, x(value), middle)),
    text(WIDTH - 14, middle + 4, written, "quiet", "end"),
  ];
}

/** A circle, a square or a diamond: colours alone are not told apart by everybody. */
function dot(n: number, x: number, y: number): string {
  if (n === 0) return `<circle class="s0" cx="${x}" cy="${y}" r="5"/>`;
  const turned = n === 2 ? ` transform="rotate(45 ${x} ${y})"` : "";
  return `<rect class="s${n}" x="${round(x - 4.5)}" y="${round(y - 4.5)}" width="9" height="9"` +
    `${turned}/>`;
}

function legend({ series }: Plot): string[] {
  if (series.length === 1) return [];
  let x = 22;
  return series.flatMap((name, n) => {
    const parts = [dot(n, x, 47), text(x + 10, 51, name, "quiet")];
    x += 34 + LETTER_WIDTH * name.length;
    return parts;
  });
}

/** The values in words, for who does not see them. */
function summaryOf({ rows, series, axis, decimals }: Plot): string {
  const lines = rows.map(({ name, values }) => {
    const told = values.map((value, n) =>
      value === undefined ? undefined : `${series[n]} ${value.toFixed(decimals)}`
    );
    return `${name}: ${told.filter((one) => one !== undefined).join(", ")}`;
  });
  return `${axis}. ${lines.join("; ")}.`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
