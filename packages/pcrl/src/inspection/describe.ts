import type { Inspection } from './inspection.js';
import type { Counts, InspectionSummary } from './summary.js';

/** Of sizes, and of items with one problem. */
const SHOWN = 4;

/** A summary in words, for the screen. */
export function describeInspection(
  { problems }: Pick<Inspection, 'problems'>,
  summary: InspectionSummary,
): readonly string[] {
  const { cases, patients, sizes, colours, spacing, intensities } = summary;
  const isColour = colours.some(([what]) => what === 'colour');
  const points = `nodules ${grouped(summary.points)}, candidates ${grouped(summary.candidates)}`;
  return [
    ...lines('Layout', [summary.layouts.join(', ') || 'images in a folder, a table or a list']),
    ...lines('Cases', [
      `${grouped(cases)}, patients: ${patients === null ? 'not named' : grouped(patients)}`,
    ]),
    ...lines('Splits', [splitsInWords(summary)]),
    ...lines('Sizes', [someOf(sizes)]),
    ...lines('Channels', summary.channels > 1 ? [`${summary.channels} files a case`] : []),
    ...lines('Colours', isColour ? [someOf(colours)] : []),
    ...lines('Spacing', spacing ? [spacingInWords(spacing)] : []),
    ...lines('Intensities', intensities ? [intensitiesInWords(intensities)] : []),
    ...lines('Labels', summary.labels.map(labelInWords)),
    ...lines('Masks', summary.masks > 0 ? [maskValuesInWords(summary)] : []),
    ...lines('Points', summary.points + summary.candidates > 0 ? [points] : []),
    ...lines('Notes', summary.notes),
    ...problemsInWords(problems),
  ];
}

/** A heading with what belongs to it, below each other. */
function lines(heading: string, texts: readonly string[]): readonly string[] {
  return texts.map((text, at) => `${(at === 0 ? heading : '').padEnd(12)} ${text}`);
}

function grouped(value: number): string {
  return value.toLocaleString('en');
}

function splitsInWords({ splits, patients }: InspectionSummary): string {
  const parts = Object.entries(splits).map(([name, part]) => {
    const people = patients === null ? '' : ` (patients: ${grouped(part.patients)})`;
    return `${name} ${grouped(part.cases)}${people}`;
  });
  return 'no split' in splits && parts.length === 1 ? 'none' : parts.join(', ');
}

function labelInWords({ name, positive, negative, unknown }: InspectionSummary['labels'][number]) {
  const rest = unknown > 0 ? `, unknown ${grouped(unknown)}` : '';
  return `${name}: ${grouped(positive)} positive, ${grouped(negative)} negative${rest}`;
}

function someOf(counts: Counts): string {
  const more = counts.length - SHOWN;
  const shown = counts.slice(0, SHOWN).map(([what, n]) => `${what} (${n.toLocaleString('en')})`);
  return (
    shown.join(', ') + (more > 0 ? ` and ${more.toLocaleString('en')} more` : '') || 'none was read'
  );
}

function spacingInWords({
  lowest,
  median: middle,
  highest,
}: NonNullable<InspectionSummary['spacing']>) {
  const mm = (values: readonly number[]) =>
    values.map((value) => Number(value.toPrecision(3))).join(' x ');
  const same = mm(lowest) === mm(highest);
  return same ? `${mm(middle)} mm` : `${mm(middle)} mm (from ${mm(lowest)} to ${mm(highest)})`;
}

function intensitiesInWords(found: NonNullable<InspectionSummary['intensities']>): string {
  const number = (value: number) => Number(value.toPrecision(4));
  const unit =
    found.inHounsfield === found.imagesRead
      ? ' HU'
      : found.inHounsfield > 0
        ? ` (HU in ${found.inHounsfield})`
        : '';
  return (
    `${number(found.lowest)} to ${number(found.highest)}${unit}; percentiles 1, 50, 99: ` +
    `${[found.percentile1, found.percentile50, found.percentile99].map(number).join(', ')} ` +
    `(voxels of ${found.imagesRead.toLocaleString('en')} cases read)`
  );
}

function maskValuesInWords({ masks, maskValues }: InspectionSummary): string {
  const values = Object.entries(maskValues);
  const shown = values.slice(0, 8).map(([value, n]) => `${value}: ${grouped(n)}`);
  const more = values.length - shown.length;
  return `${grouped(masks)}; voxels of each value: ${shown.join(', ') || 'none'}${more > 0 ? ` and ${more} more` : ''}`;
}

function problemsInWords(problems: Inspection['problems']): readonly string[] {
  if (problems.length === 0) return lines('Problems', ['none']);
  const reasons = new Map<string, string[]>();
  for (const { reason, path } of problems) {
    const items = reasons.get(reason);
    if (items) items.push(path);
    else reasons.set(reason, [path]);
  }
  const texts = [...reasons].flatMap(([reason, items]) => [
    `${reason}: ${grouped(items.length)}`,
    ...items.slice(0, SHOWN).map((item) => `  ${item}`),
    ...(items.length > SHOWN ? [`  and ${grouped(items.length - SHOWN)} more`] : []),
  ]);
  return lines('Problems', texts);
}
