/** Cosine decay: `base * (1 + cos(pi * epoch / epochs)) / 2`, constant within an epoch. */
export function cosineRate(base: number, epoch: number, epochs: number): number {
  return (base * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
}

/** Halved after every `every` epochs. */
export function halvingRate(base: number, epoch: number, every: number): number {
  return base * 0.5 ** Math.floor(epoch / every);
}

/** Linear warm-up: the share of the learning rate in use at a step, counted from 0. */
export function warmup(step: number, steps: number): number {
  return steps > 0 ? Math.min(1, (step + 1) / steps) : 1;
}
