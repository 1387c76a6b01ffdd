import type { DetectionSettings } from '../../settings/index.js';
import { anyOfClasses } from '../class-outputs.js';
import { classifier } from '../classifier.js';
import type { Task, TaskRequest } from '../task.js';
import { candidatesOf, drawCandidates } from './candidates.js';
import { type LoadedScan, scanInputs } from './crops.js';
import { detectionFigures } from './figures.js';

type Position = readonly [number, number, number];

/** The one class of a candidate. */
export const FINDING = 'nodule';

/**
 * Detection as LUNA16's reduction of false positives: each candidate of a scan is a finding or nothing. A
 * crop around it is classified by one sigmoid with binary cross-entropy (section 5.4 of the methods).
 */
export async function detection({
  settings,
  compute,
}: TaskRequest<DetectionSettings>): Promise<Task<LoadedScan>> {
  const { views, network, negatives } = settings;
  const task = classifier({
    dimensions: 3,
    classes: [FINDING],
    outputs: anyOfClasses,
    dropout: network.dropout,
    inputs: scanInputs(views, compute.device),
    compute,
  });
  return {
    ...task,
    columns: [...task.columns, 'coordX', 'coordY', 'coordZ'],
    examples: candidatesOf,
    epoch: (scans, draw) => drawCandidates(scans, negatives, draw),
    assess: (net, items, draw) =>
      task.assess(net, items, draw).map((assessment) => ({
        ...assessment,
        row: [...assessment.row, ...inTheTables(assessment.item.candidates![0]!.position)],
      })),
    figures: detectionFigures,
  };
}

/** A position in LUNA16's tables, towards left, posterior and superior, from one in RAS+; and back. */
export function inTheTables([x, y, z]: Position): Position {
  // Adding 0 turns -0 into 0.
  return [-x + 0, -y + 0, z];
}
