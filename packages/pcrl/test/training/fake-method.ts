import {
  BatchNorm,
  Conv,
  cosineSimilarity,
  Module,
  mseLoss,
  type RandomStream,
  type Tensor,
} from '@pcrl/torch';
import type { Method, MethodFactory, StepContext, StepLoss } from '../../src/methods/method.js';
import type { PretrainSettings } from '../../src/settings/index.js';
import type { ViewBatch } from '../../src/views/index.js';

class FakeNetwork extends Module {
  readonly first: Conv;
  readonly norm: BatchNorm;
  readonly last: Conv;

  constructor(axes: 2 | 3, random: RandomStream) {
    super();
    const colours = axes === 2 ? 3 : 1;
    this.first = this.child(
      'first',
      new Conv({ axes, from: colours, to: 4, kernel: 3, padding: 1 }, random),
    );
    this.norm = this.child('norm', new BatchNorm(4));
    this.last = this.child('last', new Conv({ axes, from: 4, to: colours, kernel: 1 }, random));
  }

  features(view: Tensor): Tensor {
    return this.norm.forward(this.first.forward(view)).relu();
  }
}

/** What a test may do to the loss of a step. */
export type Tamper = (total: Tensor, context: StepContext) => Tensor;

/** A small method of the kind that training knows nothing about: restores, and compares two views. */
export function fakeMethod(tamper: Tamper = (total) => total): MethodFactory<PretrainSettings> {
  return (settings, random): Method => {
    const network = new FakeNetwork(settings.dimensions, random);
    return {
      network,
      loss: (views, context) => fakeLoss(network, views, (total) => tamper(total, context)),
      encoderState: () => network.first.stateDict(),
    };
  };
}

function fakeLoss(
  network: FakeNetwork,
  { globals, targets }: ViewBatch,
  tamper: (total: Tensor) => Tensor,
): StepLoss {
  const [one, other] = globals.map((view) => network.features(view)) as [Tensor, Tensor];
  const restore = mseLoss(network.last.forward(one), targets[0]);
  const [a, b] = [one, other].map((map) => map.flatten(2).mean(2)) as [Tensor, Tensor];
  const compare = cosineSimilarity(a, b).mean().neg();
  return {
    total: tamper(restore.add(compare)),
    parts: { restore: restore.detach(), compare: compare.detach() },
    spread: a.detach().std(0).mean(),
  };
}
