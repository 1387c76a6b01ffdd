import { methods } from '../../methods/registry.js';
import type { Arm, Start } from '../recipe.js';

/** The methods of the paper's tables by the names of their rows, and what they are called here. */
const METHODS: Readonly<Record<string, string>> = {
  MG: 'models-genesis',
  TransVW: 'transvw',
  C2L: 'c2l',
  SimSiam: 'simsiam',
  'Cube++': 'rubiks-cube',
  '3D-CPC': 'cpc-3d',
  PCRLv1: 'pcrlv1',
  PCRLv2: 'pcrlv2',
};

/**
 * The rows of a table that compares methods: from scratch (TS), from ImageNet (IN), and every method. Those
 * that the registry of methods lacks say so; those that the paper lacks come last.
 *
 * @param rows of the paper's table, in its order
 */
export function methodArms(rows: readonly string[]): readonly Arm[] {
  const printed = rows.map((name) => ({ name, start: () => startOf(name) }));
  const known = Object.values(METHODS);
  const others = Object.keys(methods).filter((method) => !known.includes(method));
  return [...printed, ...others.map((name) => ({ name, start: () => pretrainedBy(name) }))];
}

/** Pre-training by one method as the budget has it. */
export function pretrainedBy(method: string, changes = {}): Start {
  if (method in methods) return { kind: 'method', method, changes };
  return { kind: 'missing', reason: 'not there yet' };
}

function startOf(row: string): Start {
  if (row === 'TS') return { kind: 'scratch' };
  if (row === 'IN') return { kind: 'file', data: 'imagenet' };
  return pretrainedBy(METHODS[row] ?? row);
}
