import { PcrlError } from '../../errors.js';
import { type PictureShelf, paragraph, type Section } from '../report/index.js';
import { GroupAttention, testCasesOf } from './attention.js';
import { attentionSection, errorSection, rocSection } from './classification-sections.js';
import type { ComparableRuns } from './finetuned-run.js';
import type { Group } from './groups.js';
import { maskPictures } from './masks.js';
import { numberErrorSection, numberSection } from './number-sections.js';

/** What networks predict, or where they fail. */
export type Topic = 'predictions' | 'failures';

/**
 * The networks of one label budget in pictures. Data and weights may have moved since; a report that says
 * so in place of some pictures is better than none.
 */
export async function pictureSections(
  topics: readonly Topic[],
  groups: readonly Group[],
  comparable: ComparableRuns,
  pictures: PictureShelf,
): Promise<readonly Section[]> {
  const { task, metric, classes } = comparable.runs[0]!.result;
  const draw = task === 'segmentation' ? maskSections : attentionSections;
  const hasCurves = metric === 'AUROC' && topics.includes('predictions');
  const curves = hasCurves ? [rocSection(groups, classes)] : [];
  try {
    return [...curves, ...(await draw(topics, groups, comparable, pictures))];
  } catch (error) {
    if (!(error instanceof PcrlError)) throw error;
    const reason = paragraph(`Pictures of test cases cannot be shown: ${error.message}`);
    return [...curves, { heading: 'Test cases', content: [reason] }];
  }
}

async function maskSections(
  topics: readonly Topic[],
  groups: readonly Group[],
  comparable: ComparableRuns,
  pictures: PictureShelf,
): Promise<readonly Section[]> {
  const sections: Section[] = [];
  for (const topic of topics) {
    const content = [await maskPictures(groups, comparable, topic, pictures)];
    sections.push({ heading: topic === 'predictions' ? 'Predictions' : 'Failure cases', content });
  }
  return sections;
}

async function attentionSections(
  topics: readonly Topic[],
  groups: readonly Group[],
  comparable: ComparableRuns,
  pictures: PictureShelf,
): Promise<readonly Section[]> {
  const cases = await testCasesOf(comparable);
  const networks: GroupAttention[] = [];
  try {
    for (const group of groups) networks.push(new GroupAttention(group, cases));
    const sections: Section[] = [];
    const isOfNumbers = comparable.runs[0]!.result.metric === 'R²';
    const [predictions, failures] = isOfNumbers
      ? [numberSection, numberErrorSection]
      : [attentionSection, errorSection];
    for (const topic of topics) {
      const draw = topic === 'predictions' ? predictions : failures;
      sections.push(await draw(networks, comparable, pictures));
    }
    return sections;
  } finally {
    for (const network of networks) network[Symbol.dispose]();
  }
}
