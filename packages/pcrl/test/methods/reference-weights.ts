import { type Module, type Tensor, tensor } from '@pcrl/torch';

/** A hash that any language can compute: u(n, j) in [0, 1). */
export function hashUniform(n: number, j: number): number {
  let h = (j + Math.imul(n, 0x9e3779b9)) >>> 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return (h >>> 0) / 2 ** 32;
}

/** Sets every trained tensor, in the order of the state dictionary, to values made from the hash. */
export function setReferenceWeights(network: Module): number {
  const parameters = network.namedParameters();
  let n = 0;
  const values = new Map<string, Tensor>();
  for (const name of network.stateDict().keys()) {
    const parameter = parameters.get(name);
    if (!parameter) continue;
    values.set(name, referenceParameter(name, parameter.shape, n));
    n += 1;
  }
  const rest = [...network.stateDict()].filter(([name]) => !parameters.has(name));
  network.loadStateDict(new Map([...rest, ...values]));
  for (const made of values.values()) made.dispose();
  return n;
}

function referenceParameter(name: string, shape: readonly number[], n: number): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const bound = Math.sqrt(6 / (size / (shape[0] ?? 1)));
  const data = Float32Array.from({ length: size }, (_, j) => {
    const r = 2 * hashUniform(n, j) - 1;
    if (shape.length > 1) return r * bound;
    return name.endsWith('weight') ? 1 + 0.1 * r : 0.1 * r;
  });
  return tensor(data, shape);
}

/** Input number t: u(1000 + t, j) * (b + 1) / B with b the batch index. */
export function referenceInput(t: number, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const batch = shape[0] ?? 1;
  const data = Float32Array.from({ length: size }, (_, j) => {
    const b = Math.floor(j / (size / batch));
    return (hashUniform(1000 + t, j) * (b + 1)) / batch;
  });
  return tensor(data, shape);
}
