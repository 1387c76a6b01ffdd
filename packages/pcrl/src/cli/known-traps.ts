/** What is known about the libtorch in use and what it stands on. */
export interface Installation {
  /** libtorch's version, e.g. `2.9.0`. */
  readonly version: string;
  readonly cuda: boolean;
  /** cuDNN's version as its own integer, e.g. 91002 for 9.10.2; 0 without it. */
  readonly cudnn: number;
  /** Path of the shared library that answers BLAS calls; undefined when libtorch holds its own. */
  readonly blas: string | undefined;
}

/** Installations that are known to be slow or wrong: what is the matter, and what to do. */
export function knownTraps({ version, cuda, cudnn, blas }: Installation): string[] {
  const traps: string[] = [];
  if (cuda && /^2\.9\.0(\D|$)/.test(version)) {
    traps.push(
      'PyTorch 2.9.0 has cuDNN’s 3D convolutions switched off: about 4 times slower. Use 2.9.1 or later.',
    );
  }
  if (cudnn >= 90800 && cudnn < 91500) {
    traps.push(
      `cuDNN ${cudnnVersion(cudnn)} gives wrong bf16 3D convolutions on large inputs (9.8 to 9.14). Use 9.15 or later, or --precision fp32.`,
    );
  }
  if (blas !== undefined && /\/blas\/libblas\.so/.test(blas)) {
    traps.push(
      'BLAS is Debian’s reference implementation, many times slower than OpenBLAS: apt-get install libopenblas0-pthread.',
    );
  }
  return traps;
}

/** cuDNN's integer as people write it: 8902 is 8.9.2, 91002 is 9.10.2. */
export function cudnnVersion(version: number): string {
  const [major, rest] =
    version >= 10_000
      ? [Math.floor(version / 10_000), version % 10_000]
      : [Math.floor(version / 1000), version % 1000];
  return `${major}.${Math.floor(rest / 100)}.${rest % 100}`;
}
