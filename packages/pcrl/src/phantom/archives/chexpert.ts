import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomStream } from '@pcrl/torch';
import { drawRadiograph } from '../radiograph/draw.js';
import type { ChestFinding } from '../radiograph/findings.js';
import type { Projection } from '../radiograph/view.js';
import type { PhantomArchive } from './archive.js';
import { drawChestPatient } from './chest-patient.js';
import { writeJpegPicture } from './picture-file.js';

const TOP = 'CheXpert-v1.0-small';

/** The archive's columns of labels, and what is drawn that each stands for. */
const LABELS: readonly (readonly [string, readonly ChestFinding[]])[] = [
  ['No Finding', []],
  ['Enlarged Cardiomediastinum', ['Cardiomegaly']],
  ['Cardiomegaly', ['Cardiomegaly']],
  [
    'Lung Opacity',
    ['Atelectasis', 'Consolidation', 'Edema', 'Infiltration', 'Mass', 'Nodule', 'Pneumonia'],
  ],
  ['Lung Lesion', ['Mass', 'Nodule']],
  ['Edema', ['Edema']],
  ['Consolidation', ['Consolidation']],
  ['Pneumonia', ['Pneumonia']],
  ['Atelectasis', ['Atelectasis']],
  ['Pneumothorax', ['Pneumothorax']],
  ['Pleural Effusion', ['Effusion']],
  ['Pleural Other', ['Pleural_Thickening']],
  ['Fracture', []],
  ['Support Devices', []],
];

const HEADER = ['Path', 'Sex', 'Age', 'Frontal/Lateral', 'AP/PA', ...LABELS.map(([name]) => name)];
/** Every so many patients, one is for validation: labelled without doubts or blanks. */
const VALIDATION = 8;

/**
 * CheXpert-v1.0-small: JPEGs in folders by patient and study, about a third of the studies with a lateral
 * view, labels 1, 0, -1 (uncertain) and blank (not mentioned). Fractures and support devices are not
 * drawn, so they are never positive. A case is a patient.
 */
export const chexpert: PhantomArchive = {
  name: 'chexpert',
  title: 'CheXpert-v1.0-small',
  cases: 'patients',
  side: { usual: 320, real: 320 },
  tables: { [`${TOP}/train.csv`]: HEADER.join(','), [`${TOP}/valid.csv`]: HEADER.join(',') },
  async writeCase({ folder, seed, index, side }) {
    const patient = drawChestPatient(seed, index);
    const random = new RandomStream(seed, 'phantom chexpert', index);
    const part = index % VALIDATION === VALIDATION - 1 ? 'valid' : 'train';
    const lines: string[] = [];
    for (const [examination, { findings, projection }] of patient.examinations.entries()) {
      const name = `patient${String(index + 1).padStart(5, '0')}`;
      const study = `${TOP}/${part}/${name}/study${examination + 1}`;
      await mkdir(join(folder, study), { recursive: true });
      const labels = labelValues(findings, part, random);
      const projections: Projection[] = random.chance(0.35)
        ? [projection, 'LATERAL']
        : [projection];
      for (const [view, seen] of projections.entries()) {
        const path = `${study}/view${view + 1}_${seen === 'LATERAL' ? 'lateral' : 'frontal'}.jpg`;
        const request = { seed, patient: index, examination, projection: seen, findings };
        // Drawn a little larger, then cut: one side is `side` long, the other longer.
        const drawn = Math.round(1.22 * side);
        const { greys } = drawRadiograph({ ...request, side: drawn });
        await writeJpegPicture(
          join(folder, path),
          { greys, side: drawn },
          cut(drawn, side, seen, random),
        );
        const sex = patient.sex === 'M' ? 'Male' : 'Female';
        const kind = seen === 'LATERAL' ? ['Lateral', ''] : ['Frontal', seen];
        lines.push([path, sex, patient.age, ...kind, ...labels].join(','));
      }
    }
    return { [`${TOP}/${part}.csv`]: lines };
  },
};

/** The film's part that is kept: frontal films are wider than tall, lateral ones taller than wide. */
function cut(drawn: number, side: number, projection: Projection, random: RandomStream) {
  const long = Math.round(side * random.uniform(1, 1.2));
  const [width, height] = projection === 'LATERAL' ? [side, long] : [long, side];
  const [left, top] = [Math.floor((drawn - width) / 2), Math.floor((drawn - height) / 2)];
  return { left, top, width, height };
}

/** A report mentions what is there, doubts some of it, denies some of the rest, passes over most. */
function labelValues(
  findings: readonly ChestFinding[],
  part: 'train' | 'valid',
  random: RandomStream,
): string[] {
  return LABELS.map(([name, stands]) => {
    const present = stands.some((finding) => findings.includes(finding));
    const positive = name === 'No Finding' ? findings.length === 0 : present;
    if (part === 'valid') return positive ? '1.0' : '0.0';
    if (positive) return name !== 'No Finding' && random.chance(0.12) ? '-1.0' : '1.0';
    if (name === 'No Finding') return '';
    if (random.chance(0.03)) return '-1.0';
    return random.chance(0.15) ? '0.0' : '';
  });
}
