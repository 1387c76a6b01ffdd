import { scope, tensor } from '@pcrl/torch';
import { describe, expect, it } from 'vitest';
import { knownLabels, lossesOfKnown, lossOfKnown } from '../../src/tasks/known-labels.js';

const item = (labels: readonly number[]) => ({ item: { image: 'a.png', labels }, index: 0 });
/** -log of the probability that the logit gives to the label. */
const crossEntropy = (logit: number, label: number) =>
  Math.log(1 + Math.exp(label === 1 ? -logit : logit));

describe('the loss of labels', () => {
  it('is the mean over those that are known', () =>
    scope(() => {
      const logits = tensor(Float32Array.of(2, -1, 0.5, 3), [2, 2]);
      const labels = knownLabels([item([1, Number.NaN]), item([0, 1])], 'cpu');
      const terms = [crossEntropy(2, 1), crossEntropy(0.5, 0), crossEntropy(3, 1)];
      const sum = terms.reduce((total, term) => total + term);
      expect(lossOfKnown(logits, labels).item()).toBeCloseTo(sum / 3, 5);
      const [first, second] = lossesOfKnown(logits, labels).toArray();
      expect(first).toBeCloseTo(terms[0]!, 5);
      expect(second).toBeCloseTo((terms[1]! + terms[2]!) / 2, 5);
    }));

  it('is 0, not NaN, where none is known', () =>
    scope(() => {
      const logits = tensor(Float32Array.of(2, -1), [1, 2]);
      const labels = knownLabels([item([Number.NaN, Number.NaN])], 'cpu');
      expect(lossOfKnown(logits, labels).item()).toBe(0);
    }));
});
