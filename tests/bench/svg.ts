/** Parts of an SVG file. */

/** @param style The name of a class. */
export function vertical(style: string, x: number, top: number, bottom: number): string {
  return `<line class="${style}" x1="${x}" y1="${top}" x2="${x}" y2="${bottom}"/>`;
}

/** @param style The name of a class; empty: none. @param anchor Which end of it is at `x`. */
export function text(x: number, y: number, content: string, style = "", anchor = "start"): string {
  const attributes = (style && ` class="${style}"`) +
    (anchor === "start" ? "" : ` text-anchor="${anchor}"`);
  return `<text x="${round(x)}" y="${round(y)}"${attributes}>${escaped(content)}</text>`;
}

/** To a tenth: finer is not seen, and would make the file larger. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function escaped(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
