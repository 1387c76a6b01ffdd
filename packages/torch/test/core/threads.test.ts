import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { liveTensors } from '../../src/index.js';

const source = new URL('../../src/index.ts', import.meta.url).href;

/** A thread of its own that runs small training steps and reports the last loss. */
function trainInThread(seed: number): Promise<number> {
  const program = `(async () => {
    const { parentPort } = require('node:worker_threads');
    (await import('tsx/esm/api')).register();
    const { tensor, scope, mseLoss, SGD, Linear, RandomStream } = await import(${JSON.stringify(source)});
    const random = new RandomStream(${seed}, 'thread');
    const layer = new Linear({ from: 16, to: 4 }, random);
    const sgd = new SGD(layer.namedParameters(), { momentum: 0.9, weightDecay: 0 });
    const x = tensor(random.fillNormal(new Float32Array(128)), [8, 16]);
    const y = tensor(random.fillNormal(new Float32Array(32)), [8, 4]);
    let last = 0;
    for (let step = 0; step < 300; step += 1) {
      last = scope(() => {
        const loss = mseLoss(layer.forward(x), y);
        loss.backward();
        sgd.step(0.01);
        return loss.item();
      });
    }
    for (const owned of [layer, sgd]) owned[Symbol.dispose]();
    x.dispose();
    y.dispose();
    parentPort.postMessage(last);
  })()`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { eval: true });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

it('computes in several threads at once, each with the result it has alone', async () => {
  const before = liveTensors();
  const alone = [await trainInThread(1), await trainInThread(2), await trainInThread(3)];
  const together = await Promise.all([1, 2, 3].map(trainInThread));
  expect(together).toEqual(alone);
  expect(liveTensors()).toEqual(before);
});
