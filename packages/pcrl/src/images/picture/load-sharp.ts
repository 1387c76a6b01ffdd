import { keepFreedMemory } from '@pcrl/torch/reading';

/**
 * sharp brings a native library along; volumes never need it. Its cache is off, because a file that changed
 * would still look as before, and so are its own threads: loaders read many pictures side by side.
 */
export async function loadSharp() {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  keepFreedMemory();
  return sharp;
}
