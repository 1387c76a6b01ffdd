import { setImmediate } from 'node:timers/promises';
import { ImageError } from '../errors.js';
import {
  describeGrid,
  type ImageHeader,
  isSameGrid,
  plainPictureTest,
  readImageHeader,
} from '../images/index.js';
import type { Case } from './dataset.js';
import type { Findings } from './findings.js';

const AT_ONCE = 16;
/** Pictures whose first bytes are read one after the other, before other work gets its turn. */
const IN_A_ROW = 256;
/** Milliseconds that those take where files have to be fetched: from there on they are read side by side. */
const SLOW = 250;

/**
 * Reads the headers of all images and masks, and reports files that are empty or of another kind
 * than their name says, and channels and masks that do not fit their image. Damage behind the header shows
 * only when an image is read as a whole.
 */
export async function checkHeaders(cases: readonly Case[], findings: Findings): Promise<void> {
  const isPlain = plainPictureTest();
  let slow = false;
  for (let start = 0; start < cases.length; start += IN_A_ROW) {
    const group = cases.slice(start, start + IN_A_ROW);
    const began = performance.now();
    const left = slow ? group : group.filter((item) => !isAlone(item) || !isPlain(item.image));
    slow ||= performance.now() - began > SLOW;
    await checkSideBySide(left, findings);
    await setImmediate();
  }
}

/** Whether nothing has to fit the image. */
function isAlone({ channels, mask }: Case): boolean {
  return channels === undefined && mask === undefined;
}

async function checkSideBySide(cases: readonly Case[], findings: Findings): Promise<void> {
  for (let start = 0; start < cases.length; start += AT_ONCE) {
    const group = cases.slice(start, start + AT_ONCE);
    await Promise.all(group.map((item) => checkHeader(item, findings)));
  }
}

async function checkHeader(item: Case, findings: Findings): Promise<void> {
  const image = await header(item.image, findings);
  for (const path of (item.channels ?? []).slice(1)) {
    checkSize('channels', path, await header(path, findings), image, findings);
  }
  if (item.mask === undefined) return;
  const mask = await header(item.mask, findings);
  const isFlat = mask?.size.length === 2 || image?.size.length === 2;
  if (isFlat) checkSize('masks', item.mask, mask, image, findings);
  else if (!item.resamplesMask) checkGrid(item.mask, mask, image, findings);
}

type Found = ImageHeader | undefined;

function checkSize(kind: string, path: string, found: Found, image: Found, findings: Findings) {
  const [size, wanted] = [found, image].map((one) => one?.size.join(' x '));
  if (size === undefined || wanted === undefined || size === wanted) return;
  findings.add(`${kind} of another size than their image`, `${path} (${size}, image ${wanted})`);
}

function checkGrid(path: string, mask: Found, image: Found, findings: Findings) {
  if (!mask || !image || isSameGrid(mask, image)) return;
  findings.add(
    'masks on another grid than their image (--set dataset.masks=resample brings them to it)',
    `\n    ${path}:\n      mask  ${describeGrid(mask)}\n      image ${describeGrid(image)}`,
  );
}

async function header(path: string, findings: Findings): Promise<ImageHeader | undefined> {
  try {
    return await readImageHeader(path);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    findings.add(error.reason, path);
    return undefined;
  }
}
