/** Where values of an axis lie on the paper, and which of them are written out. */
export interface Scale {
  /** Pixels from the left or the top of the chart. */
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/** The first and the last value that an axis shows. */
export type Extent = readonly [number, number];

/** From the smallest to the largest of the values that are finite. */
export function extentOf(values: readonly number[]): Extent {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  return low === high
    ? [low - Math.abs(low || 1) * 0.1, high + Math.abs(high || 1) * 0.1]
    : [low, high];
}

/** Even steps; the extent grows to whole ticks. */
export function linearScale(extent: Extent, from: number, to: number, wanted: number): Scale {
  const step = roundStep((extent[1] - extent[0]) / wanted);
  const low = Math.floor(extent[0] / step + 1e-9) * step;
  const high = Math.ceil(extent[1] / step - 1e-9) * step;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const count = Math.round((high - low) / step);
  return {
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
    ticks: Array.from({ length: count + 1 }, (_, i) => {
      const value = low + i * step;
      return { value, label: tickLabel(value, digits) };
    }),
  };
}

/** Equal factors take equal room; a tick for each of the given values. */
export function logScale(
  values: readonly number[],
  labels: readonly string[],
  from: number,
  to: number,
): Scale {
  const [low, high] = extentOf(values.map(Math.log10));
  return {
    at: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
    ticks: values.map((value, i) => ({ value, label: labels[i] ?? String(value) })),
  };
}

/** Equal room for each name; values are 0, 1, 2, ... */
export function categoryScale(names: readonly string[], from: number, to: number): Scale {
  const room = (to - from) / names.length;
  return {
    at: (value) => from + room * (value + 0.5),
    ticks: names.map((label, value) => ({ value, label })),
  };
}

function tickLabel(value: number, digits: number): string {
  const thousands = Math.abs(value) >= 10_000 && value % 1000 === 0;
  const text = thousands ? `${value / 1000}k` : value.toFixed(digits);
  return text.replace('-', '−').replace(/^−(0(\.0+)?)$/, '$1');
}

/** 1, 2 or 5 times a power of ten, at least as large as asked. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= least * (1 - 1e-9));
  return (factor ?? 10) * power;
}
