import type { Arm, Recipe } from '../recipe.js';
import { pretrainedBy } from './method-arms.js';

const noLocals = { views: { localViews: 0 } };
const atFullResolution = {
  fullResolutionTerm: true,
  fullResolutionHead: 'separate',
  midTermBeta: 0,
};
const noRestoration = { fullResolutionTerm: false, midTermBeta: 0 };

/** A row that takes so many scales, where the network has them. */
function scales(name: string, count: number, changes: object): Arm {
  return {
    name,
    start: (dimensions) =>
      dimensions === 3 && count > 3
        ? { kind: 'missing', reason: 'in 3D there are three scales at most' }
        : pretrainedBy('pcrlv2', { ...changes, loss: { scales: count } }),
  };
}

/** All scales that the network has, five in 2D and three in 3D, with local views. */
function allScales(name: string, localPlacement: string): Arm {
  return { name, start: () => pretrainedBy('pcrlv2', { views: { localPlacement } }) };
}

/** The modules of the method, one after another. */
export const table3: Recipe = {
  name: 'table-3',
  title: 'Ablation of the modules',
  scenarios: [
    {
      source: 'luna',
      target: 'brats',
      task: 'segmentation',
      labels: [0.1],
      figures: ['WT', 'ET'],
    },
    {
      source: 'chexpert',
      target: 'nih',
      task: 'classification',
      labels: [0.5],
      figures: ['Mean'],
    },
  ],
  reference: '5 scales, sub-crop',
  arms: [
    {
      name: 'restoration at full resolution',
      start: () =>
        pretrainedBy('pcrlv2', { ...noLocals, loss: { ...atFullResolution, compareWeight: 0 } }),
    },
    {
      name: 'comparison of encoder features',
      start: () =>
        pretrainedBy('pcrlv2', { ...noLocals, loss: { ...noRestoration, comparison: 'encoder' } }),
    },
    {
      name: 'both',
      start: () =>
        pretrainedBy('pcrlv2', {
          ...noLocals,
          loss: { ...atFullResolution, comparison: 'encoder' },
        }),
    },
    scales('3 scales', 3, noLocals),
    scales('5 scales', 5, noLocals),
    allScales('5 scales, multi-crop', 'multi-crop'),
    allScales('5 scales, sub-crop', 'sub-crop'),
  ],
};
