import { describe, expect, it } from 'vitest';
import { drawThoraxPhantom, phantomLabels } from '../../src/phantom/index.js';

const request = { seed: 3, index: 0, size: [48, 48, 36], spacing: [8, 8, 8] } as const;
const patients = Array.from({ length: 8 }, (_, index) => drawThoraxPhantom({ ...request, index }));

/** Hounsfield units of all voxels with a label. */
function valuesOf(patient: number, label: number): number[] {
  const { voxels, mask } = patients[patient]!;
  return [...voxels].filter((_, i) => mask[i] === label);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean voxel coordinate of a label along an axis. */
function centre(patient: number, label: number, axis: 0 | 1 | 2): number {
  const { mask, size } = patients[patient]!;
  const stride = [size[1] * size[2], size[2], 1][axis]!;
  const places: number[] = [];
  mask.forEach((value, i) => {
    if (value === label) places.push(Math.floor(i / stride) % size[axis]);
  });
  return mean(places);
}

describe('drawThoraxPhantom', () => {
  it('gives the same bits for the same request', () => {
    const again = drawThoraxPhantom({ ...request, index: 2 });
    expect(again.voxels).toEqual(patients[2]!.voxels);
    expect(again.mask).toEqual(patients[2]!.mask);
    expect(again.findings).toEqual(patients[2]!.findings);
  });

  it('draws another patient for another index and for another seed', () => {
    expect(patients[1]!.voxels).not.toEqual(patients[0]!.voxels);
    expect(drawThoraxPhantom({ ...request, seed: 4 }).voxels).not.toEqual(patients[0]!.voxels);
  });

  it('holds every organ in every patient, in Hounsfield units that fit it', () => {
    const plausible: Record<keyof typeof phantomLabels, readonly [number, number]> = {
      lungs: [-920, -650],
      heart: [0, 220],
      liver: [10, 160],
      spleen: [10, 160],
      spine: [100, 500],
    };
    for (let patient = 0; patient < patients.length; patient++) {
      for (const [organ, [low, high]] of Object.entries(plausible)) {
        const values = valuesOf(patient, phantomLabels[organ as keyof typeof phantomLabels]);
        expect(values.length, organ).toBeGreaterThan(20);
        expect(mean(values), organ).toBeGreaterThan(low);
        expect(mean(values), organ).toBeLessThan(high);
      }
    }
  });

  it('puts the organs where they belong in RAS+ orientation', () => {
    for (let patient = 0; patient < patients.length; patient++) {
      const { lungs, heart, liver, spleen, spine } = phantomLabels;
      expect(centre(patient, liver, 0)).toBeGreaterThan(centre(patient, spleen, 0));
      expect(centre(patient, heart, 1)).toBeGreaterThan(centre(patient, spine, 1));
      expect(centre(patient, lungs, 2)).toBeGreaterThan(centre(patient, liver, 2));
    }
  });

  it('lets no threshold tell heart and liver apart', () => {
    const medians = (label: number) =>
      patients.map((_, patient) => {
        const values = valuesOf(patient, label).sort((a, b) => a - b);
        return values[values.length >> 1]!;
      });
    const heart = medians(phantomLabels.heart);
    const liver = medians(phantomLabels.liver);
    expect(Math.min(...heart)).toBeLessThan(Math.max(...liver));
    expect(Math.min(...liver)).toBeLessThan(Math.max(...heart));
  });

  it('tells where the nodules are: inside a lung, denser than the lung around', () => {
    const found = patients.flatMap(({ findings, mask, voxels, size }) =>
      findings.nodules
        .filter((nodule) => nodule.kind === 'solid' && nodule.radius > 5)
        .map(({ centre: [x, y, z] }) => {
          const at = (Math.round(x) * size[1] + Math.round(y)) * size[2] + Math.round(z);
          return { label: mask[at], value: voxels[at]! };
        }),
    );
    expect(found.length).toBeGreaterThan(0);
    for (const nodule of found) {
      expect(nodule.label).toBe(phantomLabels.lungs);
      expect(nodule.value).toBeGreaterThan(-650);
    }
  });

  it('lies in the range of CT numbers', () => {
    for (const { voxels } of patients) {
      expect(Math.min(...voxels)).toBeGreaterThanOrEqual(-1024);
      expect(Math.max(...voxels)).toBeLessThanOrEqual(3071);
    }
  });
});
