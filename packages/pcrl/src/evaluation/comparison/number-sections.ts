import type { PictureShelf, Section } from '../report/index.js';
import type { GroupAttention } from './attention.js';
import { attentionPictures, type PictureWords, type ShownCase } from './attention-pictures.js';
import { mapWords } from './classification-sections.js';
import type { ComparableRuns } from './finetuned-run.js';

const SHOWN = 3;
/** Digits of a number in a title. */
const DIGITS = 4;

/** A test case with the number that a network predicts of it, and the true one. */
interface PredictedNumber {
  readonly at: number;
  readonly predicted: number;
  readonly truth: number;
}

/** Where the networks of a label budget look in the cases with the lowest, the middle and the highest number. */
export async function numberSection(
  networks: readonly GroupAttention[],
  comparable: ComparableRuns,
  pictures: PictureShelf,
): Promise<Section> {
  const ranked = [...numbersOf(networks.at(-1)!)].sort((a, b) => a.truth - b.truth);
  const places = { lowest: 0, middle: ranked.length >> 1, highest: ranked.length - 1 };
  const chosen = new Map(Object.entries(places).map(([word, rank]) => [rank, word]));
  const shown = [...chosen].flatMap(([rank, word]) => {
    const found = ranked[rank];
    return found ? [shownCase(found, `${word} number`, comparable)] : [];
  });
  const { coarseness } = mapWords(comparable);
  const words = wordsOf(comparable, {
    name: 'attention',
    caption:
      `Activation maps with ${networks[0]!.group.labelled} labelled cases, first seed: the brighter, the more that place ` +
      `raises the number. Each map is over its own highest value, and coarse: ${coarseness}`,
  });
  return {
    heading: 'What the networks look at',
    content: await attentionPictures(networks, shown, { pictures, words }),
  };
}

/** The cases of which the last group's number is furthest from the true one. */
export async function numberErrorSection(
  networks: readonly GroupAttention[],
  comparable: ComparableRuns,
  pictures: PictureShelf,
): Promise<Section> {
  const { source, labelled } = networks.at(-1)!.group;
  const error = ({ predicted, truth }: PredictedNumber) => Math.abs(predicted - truth);
  const ranked = [...numbersOf(networks.at(-1)!)].sort((a, b) => error(b) - error(a));
  const shown = ranked
    .slice(0, SHOWN)
    .map((found) => shownCase(found, `${figure(error(found))} off`, comparable));
  const words = wordsOf(comparable, {
    name: 'largest-errors',
    caption: `The largest errors of ${source} with ${labelled} labelled cases, first seed. Maps show what raises the number.`,
  });
  return {
    heading: 'Failure cases',
    content: await attentionPictures(networks, shown, { pictures, words }),
  };
}

function numbersOf({ group: { seeds } }: GroupAttention): readonly PredictedNumber[] {
  return seeds[0]!.rows.map(([predicted, truth], at) => ({
    at,
    predicted: predicted!,
    truth: truth!,
  }));
}

function shownCase(
  { at, truth }: PredictedNumber,
  word: string,
  { runs, test }: ComparableRuns,
): ShownCase {
  const [name] = runs[0]!.result.classes;
  return { at, label: 0, title: `${word}: ${name} ${figure(truth)} (${test.names[at]})` };
}

function wordsOf(
  comparable: ComparableRuns,
  words: Pick<PictureWords, 'name' | 'caption'>,
): PictureWords {
  return {
    ...words,
    alt: `${mapWords(comparable).image} and the activation map of each network over it`,
    answer: (value) => `predicted ${figure(value)}`,
  };
}

function figure(value: number): string {
  return String(Number(value.toPrecision(DIGITS)));
}
