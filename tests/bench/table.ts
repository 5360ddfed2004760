/** A table of Markdown, every column as wide as it must be. */
export function table(headings: string[], rows: string[][]): string {
  const widths = headings.map((heading, column) =>
    Math.max(3, heading.length, ...rows.map((row) => row[column].length))
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => padded(cell, widths[column], column)).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  return [line(headings), line(rule), ...rows.map(line)].join("\n");
}

/** Names stand to the left, figures to the right. */
function padded(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

/** A ratio, and by how much it may be off, where that is known. */
export function withError(ratio: number, error: number | undefined): string {
  return error === undefined ? fixed(ratio) : `${fixed(ratio)} ± ${fixed(error)}`;
}

/** A number with so many decimals; a dash where there is none. */
export function fixed(value: number | undefined, decimals = 2): string {
  return value === undefined ? "–" : value.toFixed(decimals);
}
