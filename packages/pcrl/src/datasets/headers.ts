import { setImmediate } from 'node:timers/promises';
import { ImageError } from '../errors.js';
import { type ImageHeader, plainPictureTest, readImageHeader } from '../images/index.js';
import type { Case } from './dataset.js';
import type { Findings } from './findings.js';

const AT_ONCE = 16;
/** Pictures whose first bytes are read one after the other, before other work gets its turn. */
const IN_A_ROW = 256;
/** Milliseconds that those take where files have to be fetched: from there on they are read side by side. */
const SLOW = 250;

/**
 * Reads the headers of all images and masks, and reports files that are empty or of another kind
 * than their name says, and masks of another size than their image. Damage behind the header shows
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

async function checkHeader({ image, channels, mask }: Case, findings: Findings): Promise<void> {
  const size = sizeOf(await header(image, findings));
  const others = [
    ...(channels ?? []).slice(1).map((path) => ({ path, kind: 'channels' })),
    ...(mask === undefined ? [] : [{ path: mask, kind: 'masks' }]),
  ];
  for (const { path, kind } of others) {
    const found = sizeOf(await header(path, findings));
    if (size === undefined || found === undefined || found === size) continue;
    findings.add(`${kind} of another size than their image`, `${path} (${found}, image ${size})`);
  }
}

function sizeOf(found: ImageHeader | undefined): string | undefined {
  return found?.size.join(' x ');
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
