import { dirname, extname } from 'node:path';
import { isDicom, isDicomName, listSeries, type SeriesListing } from '../images/index.js';
import type { Candidate } from './candidate.js';

/** What the DICOM files among others are, and the others. */
export interface DicomContent {
  readonly candidates: readonly Candidate[];
  readonly others: readonly string[];
  readonly notes: readonly string[];
}

/** Names without an ending, or with a number for one: how scanners and archives name DICOM files. */
const NAMELESS = /^(\.\d+)?$/;

/**
 * Takes the DICOM files out of a list of files, and gives the images that they make: a series is one,
 * however many files it has. Localizers are left out: they show where the other series were planned.
 */
export async function dicomAmong(files: readonly string[]): Promise<DicomContent> {
  const folders = await dicomFolders(files);
  const listings: SeriesListing[] = [];
  for (const folder of folders) listings.push(...(await listSeries(folder)));
  const images = listings.filter(({ localizer }) => !localizer);
  const scouts = listings.length - images.length;
  const isDicomFile = (file: string) => isDicomName(file) || NAMELESS.test(extname(file));
  return {
    candidates: images.map(toCandidate),
    others: files.filter((file) => !(folders.has(dirname(file)) && isDicomFile(file))),
    notes: scouts > 0 ? [`localizers, left out: ${scouts.toLocaleString('en')}`] : [],
  };
}

/** The folders that hold DICOM, told by a file's name, or by the first file whose name says nothing. */
async function dicomFolders(files: readonly string[]): Promise<ReadonlySet<string>> {
  const folders = new Set(files.filter(isDicomName).map(dirname));
  const asked = new Set<string>();
  for (const file of files) {
    const folder = dirname(file);
    if (folders.has(folder) || asked.has(folder) || !NAMELESS.test(extname(file))) continue;
    asked.add(folder);
    if (await isDicom(folder)) folders.add(folder);
  }
  return folders;
}

function toCandidate({ address, dimensions, patient, problems }: SeriesListing): Candidate {
  return {
    image: address,
    shown: address,
    ...(dimensions ? { dimensions } : {}),
    ...(patient ? { patient } : {}),
    ...(problems[0] ? { problem: problems.join('; ') } : {}),
  };
}
