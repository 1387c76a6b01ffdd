import { basename, relative } from 'node:path';
import { imageExtensions } from '../../images/index.js';
import { commonFolder } from '../../training/image-listing.js';

/** The longest first: `.nii.gz` goes before `.gz`. */
const ENDINGS = [...imageExtensions].sort((a, b) => b.length - a.length);

/**
 * What the files made of images are called, without an ending: the path below the folder that holds them
 * all. Images of one folder that differ in their endings alone keep them, so no two are called the same.
 */
export function outputNames(images: readonly string[]): readonly string[] {
  const folder = commonFolder(images);
  const whole = images.map((image) => relative(folder, image) || basename(image));
  const stems = whole.map(stemOf);
  const taken = new Set(whole);
  const counts = new Map<string, number>();
  for (const stem of stems) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  return whole.map((name, at) => {
    const stem = stems[at]!;
    return counts.get(stem) === 1 && !taken.has(stem) ? stem : name;
  });
}

function stemOf(name: string): string {
  const ending = ENDINGS.find((each) => name.toLowerCase().endsWith(each));
  return ending ? name.slice(0, -ending.length) : name;
}
