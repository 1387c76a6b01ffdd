/**
 * Squared Euclidean distance of every voxel to the nearest marked one, exact, one axis after the other
 * (Felzenszwalb and Huttenlocher 2012).
 *
 * @param marked 1 for marked, `[X, Y, Z]` row-major; at least one is
 * @param spacing size of a voxel along each axis, in millimetres
 * @returns squared millimetres
 */
export function squaredDistances(
  marked: Uint8Array,
  size: readonly number[],
  spacing: readonly number[],
): Float64Array {
  const distances = Float64Array.from(marked, (is) => (is === 1 ? 0 : Number.POSITIVE_INFINITY));
  let stride = distances.length;
  size.forEach((side, axis) => {
    stride /= side;
    const line = new LowerEnvelope(side, spacing[axis]!);
    const block = stride * side;
    for (let start = 0; start < distances.length; start += block) {
      for (let offset = 0; offset < stride; offset++) line.apply(distances, start + offset, stride);
    }
  });
  return distances;
}

/** The smallest of the parabolas that rise from the values of a line. */
class LowerEnvelope {
  readonly #values: Float64Array;
  /** Where the parabola of each part of the envelope stands, and from where on it is lowest. */
  readonly #feet: Int32Array;
  readonly #from: Float64Array;
  readonly #squared: number;

  constructor(
    readonly side: number,
    spacing: number,
  ) {
    this.#values = new Float64Array(side);
    this.#feet = new Int32Array(side);
    this.#from = new Float64Array(side);
    this.#squared = spacing * spacing;
  }

  apply(data: Float64Array, start: number, stride: number): void {
    for (let i = 0; i < this.side; i++) this.#values[i] = data[start + i * stride]!;
    const parts = this.#build();
    if (parts === 0) return;
    for (let i = 0, part = 0; i < this.side; i++) {
      while (part + 1 < parts && this.#from[part + 1]! < i) part++;
      const foot = this.#feet[part]!;
      data[start + i * stride] = this.#squared * (i - foot) ** 2 + this.#values[foot]!;
    }
  }

  #build(): number {
    let parts = 0;
    for (let foot = 0; foot < this.side; foot++) {
      if (this.#values[foot] === Number.POSITIVE_INFINITY) continue;
      let from = Number.NEGATIVE_INFINITY;
      while (parts > 0) {
        from = this.#crossing(this.#feet[parts - 1]!, foot);
        if (from > this.#from[parts - 1]!) break;
        parts--;
      }
      this.#feet[parts] = foot;
      this.#from[parts] = parts === 0 ? Number.NEGATIVE_INFINITY : from;
      parts++;
    }
    return parts;
  }

  /** Where the parabola of `right` falls below that of `left`. */
  #crossing(left: number, right: number): number {
    const rise = (this.#values[right]! - this.#values[left]!) / this.#squared;
    return (rise + right * right - left * left) / (2 * (right - left));
  }
}
