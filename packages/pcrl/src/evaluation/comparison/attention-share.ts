import type { LabelPlane } from '../../pictures/index.js';
import type { Attention } from '../../tasks/predicting/attention.js';
import { type Html, table } from '../report/index.js';
import type { AttentionRequest, GroupAttention } from './attention.js';
import type { ConfidentError } from './confident-errors.js';
import { type MarkedRegions, markedRegions, shareOutside } from './marked-regions.js';

/** More say little more, and take their time. */
const MOST_CASES = 40;

/** A kind of region, and the attention that is held against it. */
interface Question {
  readonly name: string;
  readonly region: (regions: MarkedRegions) => LabelPlane | undefined;
  readonly requests: readonly AttentionRequest[];
}

/**
 * How much of the attention of each group's first seed lies outside the boxes of findings that are there,
 * and outside the lungs. Nothing where the data have neither boxes nor masks of lungs.
 *
 * @param errors the most confident errors of each group, in the order of the groups
 */
export async function attentionTable(
  networks: readonly GroupAttention[],
  classes: readonly string[],
  errors: readonly (readonly ConfidentError[])[],
): Promise<readonly Html[]> {
  const rows: string[][] = [];
  for (const [index, network] of networks.entries()) {
    for (const question of questionsOf(network, classes, errors[index]!)) {
      const row = await answered(network, question);
      if (row) rows.push(row);
    }
  }
  if (rows.length === 0) return [];
  return [
    table({
      caption:
        'Share of the attention (positive values of the map) outside a region, mean over cases; beside it the share of the image that lies outside, which is what attention spread evenly would give.',
      columns: ['Weights', 'Attention', 'Cases', 'Outside', 'Evenly spread'],
      rows,
    }),
  ];
}

function questionsOf(
  { group: { seeds }, cases }: GroupAttention,
  classes: readonly string[],
  errors: readonly ConfidentError[],
): readonly Question[] {
  const rows = seeds[0]!.rows;
  const positives = cases.flatMap((_, at) =>
    classes.flatMap((_, label) => (rows[at]![classes.length + label] === 1 ? [{ at, label }] : [])),
  );
  const boxed = positives.filter(({ at, label }) =>
    cases[at]!.boxes?.some(({ finding }) => finding === classes[label]),
  );
  const hasLungs = ({ at }: AttentionRequest) => cases[at]!.lungMask !== undefined;
  const isError = ({ at, label }: AttentionRequest) =>
    errors.some((error) => error.at === at && error.label === label);
  return [
    {
      name: 'outside the box of a finding',
      region: ({ ofFinding }) => ofFinding,
      requests: boxed.slice(0, MOST_CASES),
    },
    {
      name: 'outside the lungs, findings that are there',
      region: ({ lungs }) => lungs,
      requests: positives.filter((each) => hasLungs(each) && !isError(each)).slice(0, MOST_CASES),
    },
    {
      name: 'outside the lungs, confident errors',
      region: ({ lungs }) => lungs,
      requests: errors.filter(hasLungs),
    },
  ];
}

async function answered(
  network: GroupAttention,
  { name, region, requests }: Question,
): Promise<string[] | undefined> {
  const outside: number[] = [];
  const evenly: number[] = [];
  for (const request of requests) {
    const map = await network.of(request);
    if (!map) return undefined;
    const found = region(await markedRegions(network.cases[request.at]!, map.name, map.plane));
    const share = found && shareOutside(map.heat, found);
    if (share === undefined) continue;
    outside.push(share);
    evenly.push(shareOutside(everywhere(map), found!)!);
  }
  if (outside.length === 0) return undefined;
  return [network.group.source, name, String(outside.length), percent(outside), percent(evenly)];
}

function everywhere({ heat }: Attention): Attention['heat'] {
  return { ...heat, values: new Float32Array(heat.values.length).fill(1) };
}

function percent(shares: readonly number[]): string {
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return `${(100 * mean).toFixed(0)} %`;
}
