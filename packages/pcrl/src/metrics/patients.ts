/** Which patient each case belongs to, counted from 0. */
export interface PatientOfCase {
  readonly count: number;
  /** Patient of each case. */
  readonly of: Uint32Array;
}

/** Numbers the patients in the order in which they come. */
export function numberPatients(patients: readonly string[]): PatientOfCase {
  const numbers = new Map<string, number>();
  const of = Uint32Array.from(patients, (patient) => {
    const known = numbers.get(patient);
    if (known !== undefined) return known;
    numbers.set(patient, numbers.size);
    return numbers.size - 1;
  });
  return { count: numbers.size, of };
}
