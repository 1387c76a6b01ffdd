import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomStream } from '@pcrl/torch';
import { drawThoraxPhantom, type ThoraxPhantom } from '../draw.js';
import type { Point } from '../geometry.js';
import type { CaseDrawing, PhantomArchive, TableRows } from './archive.js';
import { type MetaImagePair, writeMetaImagePair } from './metaimage-pair.js';
import { randomUid } from './random-uid.js';

const CANDIDATE_HEADER = 'seriesuid,coordX,coordY,coordZ,class';
/** Millimetres from lung apices to the adrenals, as a chest CT covers them. */
const SCAN_LENGTH = 290;

/**
 * LUNA16: chest CT as MetaImage pairs in ten subsets, nodules as world coordinates and diameters.
 * Every fourth scan has a direction matrix that is flipped along x and y; every third is padded with
 * -3024 outside the scanner's circle, as scans of the archive are.
 */
export const luna: PhantomArchive = {
  name: 'luna',
  title: 'LUNA16',
  cases: 'scans',
  side: { usual: 192, real: 512 },
  tables: {
    'annotations.csv': 'seriesuid,coordX,coordY,coordZ,diameter_mm',
    'candidates.csv': CANDIDATE_HEADER,
    'candidates_V2.csv': CANDIDATE_HEADER,
  },
  async writeCase(drawing) {
    const { folder, index, seed } = drawing;
    const random = new RandomStream(seed, 'phantom luna', index);
    const scan = drawScan(drawing, random);
    const subset = join(folder, `subset${index % 10}`);
    await mkdir(subset, { recursive: true });
    await writeMetaImagePair(join(subset, `${scan.uid}.mhd`), scan.pair);
    return tableRows(scan, random);
  },
};

interface Scan {
  readonly uid: string;
  readonly phantom: ThoraxPhantom;
  readonly pair: MetaImagePair;
}

function drawScan({ seed, index, side }: CaseDrawing, random: RandomStream): Scan {
  const uid = randomUid(random);
  const inPlane = random.uniform(370, 430) / side;
  const thickness = Math.max(inPlane, random.choose([1.25, 2, 2.5]));
  const size: Point = [side, side, Math.round(SCAN_LENGTH / thickness)];
  const spacing: Point = [inPlane, inPlane, thickness];
  const phantom = drawThoraxPhantom({ seed, index, size, spacing });
  if (index % 3 === 2) padOutsideCircle(phantom);
  const origin: Point = [
    -0.5 * side * inPlane + random.uniform(-12, 12),
    -0.5 * side * inPlane + random.uniform(-40, 160),
    random.uniform(-420, -120),
  ];
  const flipped = index % 4 === 1;
  return { uid, phantom, pair: { size, spacing, origin, flipped, voxels: phantom.voxels } };
}

function padOutsideCircle({ voxels, size }: ThoraxPhantom): void {
  const [sizeX, sizeY, sizeZ] = size;
  const radius = 0.5 * Math.min(sizeX, sizeY);
  for (let x = 0; x < sizeX; x++) {
    for (let y = 0; y < sizeY; y++) {
      const distance = Math.hypot(x - 0.5 * (sizeX - 1), y - 0.5 * (sizeY - 1));
      const row = (x * sizeY + y) * sizeZ;
      if (distance > radius) voxels.fill(-3024, row, row + sizeZ);
    }
  }
}

/** The first list finds each nodule once, the second up to twice, both among many look-alikes. */
function tableRows({ uid, phantom, pair }: Scan, random: RandomStream): TableRows {
  const { nodules, vesselPoints } = phantom.findings;
  const place = (voxel: Point, jitter: number) =>
    worldPoint(pair, voxel).map((mm) => mm + random.uniform(-jitter, jitter));
  const line = (voxel: Point, jitter: number, last: number) =>
    [uid, ...place(voxel, jitter), last].join(',');
  const near = (radius: number) => 0.3 * radius;
  const lookAlikes = () => random.shuffle(vesselPoints).slice(0, 40);
  return {
    'annotations.csv': nodules.map(({ centre, radius }) => line(centre, 0, 2 * radius)),
    'candidates.csv': [
      ...lookAlikes().map((voxel) => line(voxel, 1, 0)),
      ...nodules.map(({ centre, radius }) => line(centre, near(radius), 1)),
    ],
    'candidates_V2.csv': [
      ...lookAlikes().map((voxel) => line(voxel, 1, 0)),
      ...nodules.flatMap(({ centre, radius }) =>
        Array.from({ length: 1 + random.integer(2) }, () => line(centre, near(radius), 1)),
      ),
    ],
  };
}

/** World coordinates as ITK has them: millimetres towards left, posterior, superior. */
function worldPoint({ origin, spacing }: MetaImagePair, voxel: Point): Point {
  return [
    -(origin[0] + voxel[0] * spacing[0]),
    -(origin[1] + voxel[1] * spacing[1]),
    origin[2] + voxel[2] * spacing[2],
  ];
}
