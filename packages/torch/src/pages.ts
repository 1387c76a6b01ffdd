import { createRequire } from 'node:module';

/** The exports of native/pages.cc. */
interface Pages {
  adviseHugePages(bytes: Uint8Array): void;
  keepFreedMemory(): void;
}

/** Below this no whole huge page is sure to lie inside. */
const SMALLEST = 1 << 22;

let loaded: Pages | undefined;

/** Loaded when it is first needed. */
function pages(): Pages {
  loaded ??= createRequire(import.meta.url)('../build/Release/pages.node') as Pages;
  return loaded;
}

/**
 * Asks the system to back a large array, not written to yet, with huge pages (2 MiB on x86-64). Filling it
 * then costs one page fault where it would cost 512. The memory stays the collector's: it is given back as
 * that of any array. Small arrays, and systems without huge pages, are left as they are.
 *
 * @param view over memory of its own, shared or not
 * @returns `view`
 */
export function withHugePages<T extends ArrayBufferView>(view: T): T {
  if (view.byteLength < SMALLEST) return view;
  pages().adviseHugePages(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return view;
}

/**
 * Lets the heap keep freed blocks of up to 4 MiB for the next one, in the whole process, where glibc would
 * give each back to the system and ask for it anew.
 */
export function keepFreedMemory(): void {
  pages().keepFreedMemory();
}
