import { describe, expect, it } from 'vitest';
import { examine, loadedLibraries } from '../../src/cli/doctor.js';
import { cudnnVersion, type Installation, knownTraps } from '../../src/cli/known-traps.js';

const sound: Installation = {
  version: '2.13.0',
  cuda: true,
  cudnn: 91_900,
  blas: '/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3',
};

describe('known traps', () => {
  it('leave a sound installation alone', () => {
    expect(knownTraps(sound)).toEqual([]);
    expect(knownTraps({ version: '1.13.1', cuda: false, cudnn: 0, blas: undefined })).toEqual([]);
  });

  it.each([
    [{ version: '2.9.0+cu128' }, '4 times slower'],
    [{ cudnn: 90_800 }, 'cuDNN 9.8.0 gives wrong bf16'],
    [{ cudnn: 91_402 }, 'cuDNN 9.14.2 gives wrong bf16'],
    [{ blas: '/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0' }, 'libopenblas0-pthread'],
  ])('%j', (change, warning) => {
    const traps = knownTraps({ ...sound, ...change });
    expect(traps).toHaveLength(1);
    expect(traps[0]).toContain(warning);
  });

  it.each([
    { version: '2.9.1' },
    { version: '2.9.0', cuda: false },
    { cudnn: 90_701 },
    { cudnn: 91_500 },
  ])('do not reach %j', (change) => {
    expect(knownTraps({ ...sound, ...change })).toEqual([]);
  });

  it('read cuDNN’s integers', () => {
    expect([8902, 90_100, 91_002].map(cudnnVersion)).toEqual(['8.9.2', '9.1.0', '9.10.2']);
  });
});

describe('pcrl doctor', () => {
  it('finds libraries in a map of memory', () => {
    const maps = [
      '7f00-7f01 r-xp 00000000 08:01 12   /usr/lib/libtorch_cpu.so',
      '7f01-7f02 r--p 00000000 08:01 12   /usr/lib/libtorch_cpu.so',
      '7f03-7f04 rw-p 00000000 00:00 0    [heap]',
    ].join('\n');
    expect(loadedLibraries(maps, /^libtorch_cpu\./)).toEqual(['/usr/lib/libtorch_cpu.so']);
  });

  it('finds libtorch, and that it computes rightly', async () => {
    const { lines, healthy } = await examine();
    expect(healthy, lines.join('\n')).toBe(true);
    expect(lines.join('\n')).toMatch(/libtorch {4}\d+\.\d+\.\d+.*\(\/.*libtorch_cpu\.so/);
    expect(lines.join('\n')).toContain('Self-check  convolutions right on cpu');
  });
});
