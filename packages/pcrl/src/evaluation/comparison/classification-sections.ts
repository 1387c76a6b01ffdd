import { details, type Html, type PictureShelf, paragraph, type Section } from '../report/index.js';
import type { GroupAttention } from './attention.js';
import { attentionPictures, type ShownCase } from './attention-pictures.js';
import { attentionTable } from './attention-share.js';
import { type ConfidentError, confidentErrors } from './confident-errors.js';
import { rocCharts } from './curves.js';
import type { ComparableRuns } from './finetuned-run.js';
import type { Group } from './groups.js';

/** Findings shown, and errors of each kind. */
const SHOWN = 4;
const ERRORS = 3;
/** ROC curves that are not folded away. */
const OPEN_CURVES = 4;

/** ROC curves of a label budget, a chart for each class. */
export function rocSection(groups: readonly Group[], classes: readonly string[]): Section {
  const charts = rocCharts(groups, classes);
  const [open, folded] = [charts.slice(0, OPEN_CURVES), charts.slice(OPEN_CURVES)];
  return {
    heading: 'ROC curves',
    content: [...open, ...(folded.length > 0 ? [details('The other classes', folded)] : [])],
  };
}

/** Where the networks of a label budget look for findings that are there. */
export async function attentionSection(
  networks: readonly GroupAttention[],
  comparable: ComparableRuns,
  pictures: PictureShelf,
): Promise<Section> {
  const { classes } = comparable.runs[0]!.result;
  const groups = networks.map(({ group }) => group);
  const shown = findings(networks.at(-1)!, comparable);
  const { image, coarseness } = mapWords(comparable);
  const words = {
    name: 'attention',
    alt: `${image} and the class activation map of each network over it`,
    caption:
      `Class activation maps with ${groups[0]!.labelled} labelled cases, first seed: the brighter, the more that place ` +
      `speaks for the finding. Of each finding what ${groups.at(-1)!.source} scores highest, ` +
      `those with a box first. Each map is over its own highest value, and coarse: ${coarseness}`,
    answer: score,
  };
  const errors = groups.map(({ seeds }) => confidentErrors(seeds[0]!.rows, classes.length, ERRORS));
  return {
    heading: 'What the networks look at',
    content: [
      ...(await attentionPictures(networks, shown, { pictures, words })),
      ...(await attentionTable(networks, classes, errors)),
    ],
  };
}

/** The most confident errors of the last group, and where all networks look in them. */
export async function errorSection(
  networks: readonly GroupAttention[],
  comparable: ComparableRuns,
  pictures: PictureShelf,
): Promise<Section> {
  const { classes } = comparable.runs[0]!.result;
  const { source, labelled, seeds } = networks.at(-1)!.group;
  const errors = confidentErrors(seeds[0]!.rows, classes.length, ERRORS);
  const shown = errors.map((error) => ({
    ...error,
    title: `${describeError(error, classes)} (${comparable.test.names[error.at]})`,
  }));
  const words = {
    name: 'confident-errors',
    alt: `${mapWords(comparable).image} of which a network is wrong, and the class activation map of each network`,
    caption:
      `The most confident errors of ${source} with ${labelled} labelled cases, first seed: findings missed and false alarms, ` +
      'by the share of the other side of that finding that is ranked on the wrong side of them. Maps are of the finding in error.',
    answer: score,
  };
  const content: readonly Html[] = await attentionPictures(networks, shown, { pictures, words });
  return {
    heading: 'Failure cases',
    content: errors.length > 0 ? content : [paragraph('No case is ranked on the wrong side.')],
  };
}

function describeError(
  { label, kind, wrongSide }: ConfidentError,
  classes: readonly string[],
): string {
  const share = wrongSide === 1 ? 'all' : `${Math.floor(100 * wrongSide)} %`;
  return kind === 'missed'
    ? `${classes[label]} missed: scored below ${share} of the cases without it`
    : `${classes[label]}, false alarm: scored above ${share} of the cases that have it`;
}

function score(value: number): string {
  return `score ${value.toFixed(2)}`;
}

/** What is shown, and how coarse its maps are. */
export function mapWords({ runs }: ComparableRuns): {
  readonly image: string;
  readonly coarseness: string;
} {
  const { task, dimensions } = runs[0]!.result;
  if (dimensions === 2) {
    return { image: 'An image', coarseness: 'a cell is 32 pixels of what the network saw.' };
  }
  return {
    image: task === 'detection' ? 'The crop around a candidate' : 'A volume',
    coarseness:
      'a cell is 8 voxels. Cut axially where the map is highest; the image stands as the first map is cut.',
  };
}

/** Of each class the positive case that a group scores highest, of one class several; where there are boxes, those first. */
function findings(
  { group: { seeds }, cases }: GroupAttention,
  { runs, test }: ComparableRuns,
): readonly ShownCase[] {
  const { classes } = runs[0]!.result;
  const rows = seeds[0]!.rows;
  const best = classes.flatMap((finding, label) => {
    const positives = rows.flatMap((row, at) => (row[classes.length + label] === 1 ? [at] : []));
    const isBoxed = (at: number) => cases[at]!.boxes?.some((box) => box.finding === finding);
    const boxed = positives.filter(isBoxed);
    const from = boxed.length > 0 ? boxed : positives;
    const ranked = [...from].sort((a, b) => rows[b]![label]! - rows[a]![label]!);
    const isBoxedClass = boxed.length > 0;
    return ranked
      .slice(0, classes.length === 1 ? SHOWN : 1)
      .map((at) => ({ at, label, title: `${finding} (${test.names[at]})`, isBoxed: isBoxedClass }));
  });
  return [...best].sort((a, b) => Number(b.isBoxed) - Number(a.isBoxed)).slice(0, SHOWN);
}
