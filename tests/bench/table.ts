/** A table of plain text, every column as wide as it must be. */
export function table(headings: string[], rows: string[][]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column].length))
  );
  const line = (cells: string[]) =>
    cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])
    ).join("  ");
  return [headings, ...rows].map(line).join("\n");
}

/** A number with so many decimals; a dash where there is none. */
export function fixed(value: number | undefined, decimals = 2): string {
  return value === undefined ? "–" : value.toFixed(decimals);
}
