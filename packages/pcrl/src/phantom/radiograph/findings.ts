import type { RandomStream } from '@pcrl/torch';

/** The findings that are drawn, by the names of ChestX-ray14. */
export const chestFindings = [
  'Atelectasis',
  'Cardiomegaly',
  'Consolidation',
  'Edema',
  'Effusion',
  'Emphysema',
  'Fibrosis',
  'Hernia',
  'Infiltration',
  'Mass',
  'Nodule',
  'Pleural_Thickening',
  'Pneumonia',
  'Pneumothorax',
] as const;

export type ChestFinding = (typeof chestFindings)[number];

/** How often each is what a sick patient has first; with the companions, about as in ChestX-ray14. */
const FIRST: Readonly<Record<ChestFinding, number>> = {
  Infiltration: 0.26,
  Atelectasis: 0.12,
  Effusion: 0.12,
  Nodule: 0.11,
  Mass: 0.09,
  Pneumothorax: 0.08,
  Cardiomegaly: 0.05,
  Consolidation: 0.05,
  Pleural_Thickening: 0.035,
  Emphysema: 0.03,
  Fibrosis: 0.025,
  Pneumonia: 0.025,
  Edema: 0.025,
  Hernia: 0.005,
};

/** What comes along with a finding, and how often. */
const COMPANIONS: Partial<Record<ChestFinding, Partial<Record<ChestFinding, number>>>> = {
  Atelectasis: { Effusion: 0.3, Infiltration: 0.2 },
  Cardiomegaly: { Effusion: 0.3, Edema: 0.1 },
  Consolidation: { Effusion: 0.25, Infiltration: 0.25 },
  Edema: { Infiltration: 0.4, Effusion: 0.4, Cardiomegaly: 0.15, Pneumonia: 0.15 },
  Effusion: { Atelectasis: 0.25, Infiltration: 0.25, Consolidation: 0.08 },
  Emphysema: { Pneumothorax: 0.25, Infiltration: 0.1 },
  Infiltration: { Atelectasis: 0.12, Effusion: 0.14, Nodule: 0.06 },
  Mass: { Effusion: 0.2, Nodule: 0.15, Infiltration: 0.12 },
  Nodule: { Infiltration: 0.15, Mass: 0.12 },
  Pneumonia: { Infiltration: 0.4, Edema: 0.2, Effusion: 0.15 },
  Pneumothorax: { Emphysema: 0.1, Effusion: 0.12 },
};

const HEALTHY = 0.5;
/** How likely a finding is still there at the next examination. */
const LASTS = 0.75;

/**
 * Draws what a patient has at each examination, in the order of {@link chestFindings}: half have
 * nothing, the others one finding and its usual companions; most of it lasts from one to the next.
 */
export function drawFindings(random: RandomStream, examinations: number): ChestFinding[][] {
  const all: ChestFinding[][] = [];
  for (let n = 0; n < examinations; n++) {
    const kept = (all.at(-1) ?? []).filter(() => random.chance(LASTS));
    const fresh = n === 0 || random.chance(0.3) ? onset(random) : [];
    const present = new Set<ChestFinding>([...kept, ...fresh]);
    all.push(chestFindings.filter((finding) => present.has(finding)));
  }
  return all;
}

function onset(random: RandomStream): ChestFinding[] {
  if (random.chance(HEALTHY)) return [];
  const first = choose(random);
  const companions = COMPANIONS[first] ?? {};
  return [first, ...chestFindings.filter((other) => random.chance(companions[other] ?? 0))];
}

function choose(random: RandomStream): ChestFinding {
  const total = chestFindings.reduce((sum, finding) => sum + FIRST[finding], 0);
  let left = random.uniform(0, total);
  for (const finding of chestFindings) {
    left -= FIRST[finding];
    if (left < 0) return finding;
  }
  return 'Infiltration';
}
