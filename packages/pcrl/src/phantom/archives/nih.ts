import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomStream } from '@pcrl/torch';
import { drawRadiograph, type Radiograph } from '../radiograph/draw.js';
import type { ChestFinding } from '../radiograph/findings.js';
import type { PhantomArchive, TableRows } from './archive.js';
import { type ChestPatient, drawChestPatient } from './chest-patient.js';
import { writePngPicture } from './picture-file.js';

/** Folders `images_001` to `images_012`, so many patients in each until the last. */
const FOLDERS = 12;
const PATIENTS_A_FOLDER = 20;

/** Findings that the archive has boxes for, by their names in that table. */
const BOXED: Partial<Record<ChestFinding, string>> = {
  Atelectasis: 'Atelectasis',
  Cardiomegaly: 'Cardiomegaly',
  Effusion: 'Effusion',
  Infiltration: 'Infiltrate',
  Mass: 'Mass',
  Nodule: 'Nodule',
  Pneumonia: 'Pneumonia',
  Pneumothorax: 'Pneumothorax',
};

/**
 * NIH ChestX-ray14, with its quirks: unquoted commas in the header, a comma too many at its end, an
 * impossible age now and then, a few files with four channels, `Infiltrate` in the table of boxes.
 * A case is a patient with one examination or more.
 */
export const nih: PhantomArchive = {
  name: 'nih',
  title: 'NIH ChestX-ray14',
  cases: 'patients',
  side: { usual: 1024, real: 1024 },
  tables: {
    'Data_Entry_2017.csv':
      'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,' +
      'OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],',
    'BBox_List_2017.csv': 'Image Index,Finding Label,Bbox [x,y,w,h],,,',
    'train_val_list.txt': undefined,
    'test_list.txt': undefined,
  },
  async writeCase({ folder, seed, index, side }) {
    const patient = drawChestPatient(seed, index);
    const number = Math.min(FOLDERS, 1 + Math.floor(index / PATIENTS_A_FOLDER));
    const images = join(folder, `images_${String(number).padStart(3, '0')}`, 'images');
    await mkdir(images, { recursive: true });
    const films: Film[] = [];
    for (const [examination, { findings, projection }] of patient.examinations.entries()) {
      const name = `${String(index + 1).padStart(8, '0')}_${String(examination).padStart(3, '0')}.png`;
      const request = { seed, patient: index, examination, projection, findings, side };
      const radiograph = drawRadiograph(request);
      const channels = index % 40 === 12 ? 'rgba' : 'grey';
      await writePngPicture(join(images, name), { greys: radiograph.greys, side }, channels);
      films.push({ name, radiograph });
    }
    return tableRows(seed, index, patient, films);
  },
};

interface Film {
  readonly name: string;
  readonly radiograph: Radiograph;
}

function tableRows(
  seed: number,
  index: number,
  patient: ChestPatient,
  films: readonly Film[],
): TableRows {
  const random = new RandomStream(seed, 'phantom nih', index);
  const list = random.chance(0.23) ? 'test_list.txt' : 'train_val_list.txt';
  // One patient in sixty is over 400 years old.
  const age = index % 60 === 30 ? 400 + patient.age : patient.age;
  return {
    [list]: films.map(({ name }) => name),
    'Data_Entry_2017.csv': films.map(({ name, radiograph }, examination) => {
      const { findings, projection } = patient.examinations[examination]!;
      const labels = findings.length === 0 ? 'No Finding' : findings.join('|');
      const width = random.choose([2048, 2500, 2992, 3056]);
      const spacing = ((radiograph.pixel * Math.sqrt(radiograph.greys.length)) / width).toFixed(3);
      return [name, labels, examination, index + 1, age, patient.sex, projection]
        .concat([width, width, spacing, spacing, ''])
        .join(',');
    }),
    'BBox_List_2017.csv': films.flatMap(({ name, radiograph }) => {
      // The archive has boxes for a few of its images.
      if (!random.chance(0.25)) return [];
      return radiograph.boxes.flatMap(({ finding, box }) =>
        BOXED[finding] === undefined ? [] : [[name, BOXED[finding], ...box, '', '', ''].join(',')],
      );
    }),
  };
}
