import { parentPort, workerData } from 'node:worker_threads';
import { readImage } from '../packages/pcrl/src/images/read.js';

// Reads the pictures that it is sent, one after the other, and says when it has done so.

const { shortSide } = workerData as { shortSide: number };
parentPort!.on('message', async (images: readonly string[]) => {
  for (const image of images) await readImage(image, { shortSide });
  parentPort!.postMessage(images.length);
});
