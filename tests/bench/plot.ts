/** A plot as SVG: rows from top to bottom, values from left to right. For light and for dark pages. */

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
  rows: readonly { name: string; values: readonly (number | undefined)[] }[];
  /** Values to compare with. */
  lines?: readonly { at: number; label: string }[];
  /** What it was measured on. */
  note: string;
}

const WIDTH = 760;
const LABELS_WIDTH = 236;
/** For the values beside the last bar, or in a column. */
const VALUES_WIDTH = 104;
const [LEFT, RIGHT] = [LABELS_WIDTH, WIDTH - VALUES_WIDTH];
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

/** The text of an SVG file. */
export function plotSvg(plot: Plot): string {
  const rowHeight = heightOfRow(plot);
  const bottom = HEAD_HEIGHT + plot.rows.length * rowHeight;
  const height = bottom + FOOT_HEIGHT;
  const { x, ticks } = scaleOf(plot);
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
    ...(plot.lines ?? []).flatMap(({ at, label }) => [
      vertical("line", x(at), HEAD_HEIGHT - 4, bottom),
      text(x(at), HEAD_HEIGHT - 9, label, "quiet", "middle"),
    ]),
    ...plot.rows.flatMap((row, index) => rowParts(plot, row, HEAD_HEIGHT + index * rowHeight, x)),
    text((LEFT + RIGHT) / 2, bottom + 34, plot.axis, "", "middle"),
    text(16, height - 10, plot.note, "quiet"),
    "</svg>",
  ];
  return parts.join("\n") + "\n";
}

function heightOfRow({ mark, series }: Plot): number {
  return mark === "bar" ? series.length * BAR_HEIGHT + ROW_GAP : DOT_ROW_HEIGHT;
}

function scaleOf({ rows, lines = [], from = 0 }: Plot) {
  const values = rows.flatMap((row) => row.values).filter((value) => value !== undefined);
  const most = Math.max(...values, ...lines.map(({ at }) => at));
  const least = Math.min(from, ...values);
  const step = stepFor((most - least) / TICKS || 1);
  const start = Math.floor(least / step + 1e-9) * step;
  const count = Math.ceil((most - start) / step - 1e-9);
  const x = (value: number) => round(LEFT + ((value - start) / (count * step)) * (RIGHT - LEFT));
  return { x, ticks: Array.from({ length: count + 1 }, (_, n) => start + n * step) };
}

/** The next one of 1, 2 and 5, of any power of ten. */
function stepFor(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= atLeast - 1e-9)!;
}

function rowParts(
  plot: Plot,
  { name, values }: Plot["rows"][number],
  top: number,
  x: (value: number) => number,
): string[] {
  const middle = top + (heightOfRow(plot) - (plot.mark === "bar" ? ROW_GAP : 0)) / 2;
  const label = text(LEFT - 10, middle + 4, name, "", "end");
  if (plot.mark === "bar") {
    return [label, ...values.flatMap((value, n) => bar(plot, value, n, top + n * BAR_HEIGHT, x))];
  }
  const written = values.map((value) => value === undefined ? "–" : value.toFixed(plot.decimals));
  return [
    label,
    ...values.map((value, n) => value === undefined ? "" : dot(n, x(value), middle)),
    text(WIDTH - 14, middle + 4, written.join(" · "), "quiet", "end"),
  ];
}

function bar(
  { decimals }: Plot,
  value: number | undefined,
  n: number,
  top: number,
  x: (value: number) => number,
): string[] {
  if (value === undefined) return [];
  const end = x(value);
  return [
    `<rect class="s${n}" x="${LEFT}" y="${top}" width="${round(end - LEFT)}" ` +
    `height="${BAR_HEIGHT - 2}" rx="1.5"/>`,
    text(end + 5, top + BAR_HEIGHT - 3, value.toFixed(decimals), "quiet"),
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
  let x = 22;
  return series.flatMap((name, n) => {
    const parts = [dot(n, x, 47), text(x + 10, 51, name, "quiet")];
    x += 34 + 6.2 * name.length;
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

function vertical(style: string, x: number, top: number, bottom: number): string {
  return `<line class="${style}" x1="${x}" y1="${top}" x2="${x}" y2="${bottom}"/>`;
}

function text(x: number, y: number, content: string, style = "", anchor = "start"): string {
  const attributes = (style && ` class="${style}"`) +
    (anchor === "start" ? "" : ` text-anchor="${anchor}"`);
  return `<text x="${round(x)}" y="${round(y)}"${attributes}>${escaped(content)}</text>`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
