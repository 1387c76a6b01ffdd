import type { Optimiser, Tensor } from '@pcrl/torch';
import type { Selection } from './selection.js';
import type { TaskNetwork } from './task.js';

/** What a seed's training has to remember. */
export interface SeedState {
  readonly network: TaskNetwork;
  readonly optimiser: Optimiser;
  readonly selection: Selection;
}

const PARTS = ['network', 'optimiser', 'kept'] as const;

/** All tensors of the state, under `network.`, `optimiser.` and `kept.`. */
export function tensorsOf({ network, optimiser, selection }: SeedState): Map<string, Tensor> {
  const parts = {
    network: network.stateDict(),
    optimiser: optimiser.state(),
    kept: selection.weights,
  };
  return new Map(
    PARTS.flatMap((part) =>
      [...(parts[part] ?? [])].map(([name, tensor]) => [`${part}.${name}`, tensor] as const),
    ),
  );
}

/** The tensors of one part of a saved state. */
export function partOf(
  tensors: ReadonlyMap<string, Tensor>,
  part: (typeof PARTS)[number],
): Map<string, Tensor> {
  const prefix = `${part}.`;
  const found = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(found.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
