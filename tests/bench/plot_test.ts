/** The plots of the benchmark's figures. */
import assert from "node:assert/strict";
import { type Plot, plotSvg } from "./plot.ts";
import { writePlots } from "./plots.ts";

const PLOT: Plot = {
  title: "Calls & answers",
  axis: "ms",
  mark: "bar",
  decimals: 1,
  series: ["floor", "ours"],
  rows: [{ name: "<a>", values: [2, 4] }, { name: "b", values: [1, undefined] }],
  lines: [{ at: 3, label: "goal" }],
  note: "2026-01-01",
};

/** The value of an attribute of every element that matches. */
function numbers(svg: string, element: RegExp, attribute: string): number[] {
  const elements = svg.match(new RegExp(element, "g")) ?? [];
  return elements.map((one) => Number(new RegExp(` ${attribute}="([^"]+)"`).exec(one)![1]));
}

Deno.test("plotSvg draws each bar as long as its value by the axis", () => {
  const svg = plotSvg(PLOT);
  const ticks = numbers(svg, /<line class="grid"[^>]*>/, "x1");
  const labels = [...svg.matchAll(/text-anchor="middle">(\d+)</g)].map(([, label]) => +label);
  assert.deepEqual(labels, [0, 1, 2, 3, 4]);
  const bars = /<rect class="s\d" [^>]*height="9"[^>]*rx[^>]*>/;
  const ends = numbers(svg, bars, "x").map((x, n) => x + numbers(svg, bars, "width")[n]);
  assert.deepEqual(ends, [ticks[2], ticks[4], ticks[1]]);
  assert.deepEqual(numbers(svg, /<line class="line"[^>]*>/, "x1"), [ticks[3]]);
});

Deno.test("plotSvg puts each dot where its value is, on an axis that need not begin at 0", () => {
  const rows = [{ name: "a", values: [1.1, 1.3] }];
  const svg = plotSvg({ ...PLOT, mark: "dot", from: 1, rows, lines: [] });
  const ticks = numbers(svg, /<line class="grid"[^>]*>/, "x1");
  const [, , ...dots] = [ // without those of the legend
    ...numbers(svg, /<circle [^>]*>/, "cx"),
    ...numbers(svg, /<rect class="s1" [^>]*>/, "x").map((x) => x + 4.5),
  ].sort((a, b) => a - b);
  assert.deepEqual(dots.map((x) => Math.round(x)), [ticks[2], ticks.at(-1)!].map(Math.round));
  assert.equal(ticks.at(-1), 760 - 110); // the values are written beside it
  assert.ok(svg.includes(">1.1 · 1.3<"));
});

Deno.test("plotSvg tells its title and values in words, and escapes what it is given", () => {
  const svg = plotSvg(PLOT);
  assert.ok(svg.includes('<title id="title">Calls &#38; answers</title>'));
  assert.ok(svg.includes("ms. &#60;a&#62;: floor 2.0, ours 4.0; b: floor 1.0."));
  assert.ok(!/<a>|& /.test(svg));
});

Deno.test("plotSvg has other colours on a dark page", () => {
  const [light, dark] = plotSvg(PLOT).split("@media (prefers-color-scheme: dark)");
  for (const name of [".page", ".grid", ".line", ".quiet", ".s0", ".s1", ".s2"]) {
    assert.ok(light.includes(`${name} {`) && dark.includes(`${name} {`), name);
  }
});

Deno.test("writePlots writes a file for each section that was measured", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const machine = { date: "2026-01-01", processor: "P", cores: 2 };
    const boot = [{ name: "bare", median: 70, fastest: 60, ofBare: 1 }, {
      ...{ name: "wpp-qr", median: 91, fastest: 80, ofBare: 1.3 },
    }];
    assert.deepEqual(await writePlots(`${folder}/`, { machine, boot }), [
      `${folder}/performance-boot.svg`,
    ]);
    const svg = await Deno.readTextFile(`${folder}/performance-boot.svg`);
    assert.ok(
      svg.includes("wpp-qr: first answer 1.30.") && svg.includes("2026-01-01, 2 cores of P"),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
