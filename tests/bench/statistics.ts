/** The value below which that share of them lies. @param sorted in ascending order */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}

/** Pair by pair: what disturbs the machine disturbs both of a pair. */
export function ratios(values: readonly number[], bases: readonly number[]): number[] {
  return values.map((value, index) => value / bases[index]);
}

/** The median of the ratios, pair by pair. */
export function medianRatio(values: readonly number[], bases: readonly number[]): number {
  return median(ratios(values, bases));
}

/** Of fewer values it cannot be told how far they lie apart. */
const LEAST_VALUES = 4;

/**
 * The standard error of a median, from how far the middle half of the values lies apart: two of three
 * runs on the same machine come within it. Undefined where there are too few.
 */
export function errorOfMedian(values: readonly number[]): number | undefined {
  if (values.length < LEAST_VALUES) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middleHalf = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  return (0.93 * middleHalf) / Math.sqrt(values.length);
}
