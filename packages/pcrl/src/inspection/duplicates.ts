import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Findings } from '../datasets/findings.js';
import type { Case } from '../datasets/index.js';
import type { CaseWatcher } from '../progress.js';
import { Counter } from './counter.js';

const AT_ONCE = 32;
/** Bytes at the start and at the end that tell most files of one size apart. */
const ENDS = 16_384;

/** Reports images with the same bytes, and says where they belong to different patients or splits. */
export async function checkDuplicates(
  cases: readonly Case[],
  findings: Findings,
  watcher: CaseWatcher,
): Promise<void> {
  const images = new Map(
    cases.flatMap((item) => (item.channels ?? [item.image]).map((path) => [path, item])),
  );
  const counter = new Counter(watcher, 'comparing files', 'files', images.size);
  const paths = [...images.keys()];
  const sizes = await groupBy(paths, (path) => sizeOf(path), counter);
  const likely = await groupBy(several(sizes), endsOf);
  const same = await groupBy(several(likely), contentOf);
  for (const [first, ...others] of same.values()) {
    for (const other of others) {
      findings.add(
        'the same picture twice',
        `${other} = ${first}${difference(images, first!, other)}`,
      );
    }
  }
}

function difference(images: ReadonlyMap<string, Case>, a: string, b: string): string {
  const [one, two] = [images.get(a)!, images.get(b)!];
  const differs = [
    ...(one.patient === two.patient ? [] : ['patients']),
    ...(one.split === two.split ? [] : ['splits']),
  ];
  return differs.length > 0 ? ` (different ${differs.join(' and ')})` : '';
}

async function groupBy(
  paths: readonly string[],
  keyOf: (path: string) => Promise<string>,
  counter?: Counter,
): Promise<ReadonlyMap<string, string[]>> {
  const groups = new Map<string, string[]>();
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const some = paths.slice(start, start + AT_ONCE);
    const keys = await Promise.all(some.map(keyOf));
    some.forEach((path, index) => {
      const group = groups.get(keys[index]!);
      if (group) group.push(path);
      else groups.set(keys[index]!, [path]);
    });
    counter?.add(some.length);
  }
  return groups;
}

function several(groups: ReadonlyMap<string, readonly string[]>): string[] {
  return [...groups.values()].filter((group) => group.length > 1).flat();
}

/** A folder that is one image has no bytes of its own: each is taken for different. */
async function sizeOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() && found.size > 0 ? String(found.size) : path;
}

async function endsOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = await file.read(Buffer.alloc(ENDS), 0, ENDS, 0);
    const tail = await file.read(Buffer.alloc(ENDS), 0, ENDS, Math.max(0, size - ENDS));
    const hash = createHash('sha256').update(head.buffer.subarray(0, head.bytesRead));
    return hash.update(tail.buffer.subarray(0, tail.bytesRead)).digest('hex');
  } finally {
    await file.close();
  }
}

async function contentOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest('hex');
}
