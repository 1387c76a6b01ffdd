import { parentPort, workerData } from 'node:worker_threads';
import type { LoaderStart } from './loader-threads.js';
import { SamplePreparer, type SampleRequest } from './sample-preparer.js';

// The entry of a loader thread. It must not load libtorch: what it imports draws and cuts, no more.

const port = parentPort;
if (!port) throw new Error('loader-worker is the entry of a worker thread');

const { list, cacheBytes } = workerData as LoaderStart;
const preparer = new SamplePreparer(list, cacheBytes);
let last: Promise<void> = Promise.resolve();

port.on('message', (request: SampleRequest) => {
  last = last.then(async () => port.postMessage(await preparer.prepare(request)));
});
