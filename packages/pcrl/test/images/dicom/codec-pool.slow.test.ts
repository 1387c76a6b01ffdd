import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CodecPool, decodeApart } from '../../../src/images/dicom/codecs/codec-pool.js';
import { readImage } from '../../../src/images/index.js';
import { pythonLacks } from '../../python.js';
import { temporaryFolder } from '../folders.js';
import { type Generated, generateDicom } from './generated.js';

const lacking = pythonLacks('pydicom', 'numpy', 'PIL');
const folder = temporaryFolder();

/** A file of /proc; empty where its thread or process has just ended. */
function readOfProcess(path: string): string {
  try {
    return readFileSync(join('/proc', path), 'utf8');
  } catch {
    return '';
  }
}

/** The processes that decode for this one. */
function decoders(): number[] {
  const threads = readdirSync('/proc/self/task');
  const children = threads.flatMap((thread) =>
    readOfProcess(`self/task/${thread}/children`).split(' ').filter(Boolean),
  );
  return children
    .filter((id) => readOfProcess(`${id}/cmdline`).includes('codec-process'))
    .map(Number);
}

describe.skipIf(lacking)(`decoding apart${lacking ? ` (${lacking})` : ''}`, () => {
  let generated: Readonly<Record<string, Generated>> = {};
  beforeAll(() => {
    generated = generateDicom(folder);
  });

  const codestream = () => {
    const file = readFileSync(join(folder, 'j2k-1.dcm'));
    return Buffer.from(file.subarray(file.indexOf(Buffer.from('ff4fff51', 'hex'))));
  };
  const decode = (bytes: Buffer, timeout?: number) =>
    decodeApart({ codec: 'jpeg-2000', bytes, rgb: false }, timeout);

  async function nextIsRead(): Promise<void> {
    const { voxels } = await readImage(join(folder, 'j2k-2.dcm'));
    const expected = generated['j2k-2.dcm']!.values.map((value) => Math.fround(value / 255));
    expect([...voxels]).toEqual(expected);
  }

  it('names the file with a damaged codestream, and reads the next one', async () => {
    const whole = readFileSync(join(folder, 'j2k-1.dcm'));
    const start = whole.indexOf(Buffer.from('ff4fff51', 'hex'));
    whole.fill(0x55, start + 60, start + 90);
    const path = join(folder, 'damaged.dcm');
    writeFileSync(path, whole);
    await expect(readImage(path)).rejects.toThrow(/damaged\.dcm: .* cannot be decoded/s);
    await nextIsRead();
  });

  it('gives up on a decoder that takes too long', async () => {
    await nextIsRead();
    // Halted: on a busy machine the answer may be there before the clock is looked at.
    for (const id of decoders()) process.kill(id, 'SIGSTOP');
    await expect(decode(codestream(), 50)).rejects.toThrow('did not finish within 0.05 s');
    await nextIsRead();
  });

  it('starts another decoder for one that was killed, idle or at work', async () => {
    await nextIsRead();
    expect(decoders().length).toBeGreaterThan(0);
    for (const id of decoders()) process.kill(id, 'SIGKILL');
    await nextIsRead();
    const [first] = decoders();
    // Halted, so that none has answered before it is killed.
    for (const id of decoders()) process.kill(id, 'SIGSTOP');
    const next = nextIsRead();
    for (const id of decoders()) process.kill(id, 'SIGKILL');
    await next;
    expect(decoders()).not.toContain(first);
  });

  it('blames a task that ends a decoder of its own', async () => {
    const entry = join(folder, 'crashing.mjs');
    writeFileSync(entry, "process.on('message', () => process.exit(3));");
    const pool = new CodecPool(entry);
    const task = { codec: 'jpeg-2000', bytes: codestream(), rgb: false } as const;
    await expect(pool.decode(task, 60_000)).rejects.toThrow('the decoder crashed (exit code 3)');
  });

  it('lets no codestream take more memory than a decoder may', async () => {
    const bytes = codestream();
    // SIZ: width, height, and those of a tile (ISO/IEC 15444-1, A.5.1).
    for (const at of [8, 12, 24, 28]) bytes.writeUInt32BE(60_000, at);
    await expect(decode(bytes)).rejects.toThrow('the decoder gave up');
    await nextIsRead();
  });
});
