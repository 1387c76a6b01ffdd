import type { RandomStream } from '@pcrl/torch';

/** A DICOM UID from random bits: `2.25.` and a number below 10^38, as ISO/IEC 9834-8 has it. */
export function randomUid(random: RandomStream): string {
  const digits = Array.from({ length: 37 }, () => random.integer(10)).join('');
  return `2.25.${1 + random.integer(3)}${digits}`;
}
