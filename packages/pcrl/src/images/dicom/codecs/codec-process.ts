import type { CodecName, CodecTask, Decode } from './codec.js';

// The entry of the process that decodes. What it prints goes nowhere; it answers by message.

export type Answer =
  ReturnType<Decode> extends Promise<infer Result> ? Result | { readonly problem: string } : never;

const CODECS: Readonly<Record<CodecName, () => Promise<{ decode: Decode }>>> = {
  jpeg: () => import('./jpeg.js'),
  'jpeg-lossless': () => import('./jpeg-lossless.js'),
  'jpeg-ls': () => import('./jpeg-ls.js'),
  'jpeg-2000': () => import('./jpeg-2000.js'),
};

async function answer(task: CodecTask): Promise<Answer> {
  try {
    const { decode } = await CODECS[task.codec]();
    return await decode(task);
  } catch (error) {
    // WebAssembly throws C++ exceptions as numbers, which say nothing.
    return { problem: error instanceof Error ? error.message : 'the decoder gave up' };
  }
}

process.on('message', (task: CodecTask) => {
  void answer(task).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());
