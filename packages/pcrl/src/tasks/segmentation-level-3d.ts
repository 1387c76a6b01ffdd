import { ConvTranspose, conv, Module, type RandomStream, scope, type Tensor } from '@pcrl/torch';
import { transposedConvThenConv } from '../networks/fused-upsampling.js';
import { DoubleUnit3D } from '../networks/index.js';

/** The official names of the decoder's levels, the coarsest first. */
export const LEVEL_NAMES = ['up_tr256', 'up_tr128', 'up_tr64'] as const;

/** A transposed convolution 2x2x2, the encoder's map of that size beside it, two units. */
export class SegmentationLevel3D extends Module {
  readonly #up: ConvTranspose;
  readonly #units: DoubleUnit3D;
  readonly #from: number;

  constructor(
    { from, skip, to }: { readonly from: number; readonly skip: number; readonly to: number },
    normalisation: 'batch' | 'group',
    random: RandomStream,
  ) {
    super();
    this.#from = from;
    const up = { axes: 3, from, to: from, kernel: 2, stride: 2 } as const;
    this.#up = this.child('up_conv', new ConvTranspose(up, random));
    this.#units = this.child('ops', new DoubleUnit3D([from + skip, to, to], random, normalisation));
  }

  /**
   * The first convolution of `[up, skip]` is the sum of its convolutions of either: so that of the
   * up-sampled map can be fused with the up-sampling.
   */
  decode(coarser: Tensor, skip: Tensor | null): Tensor {
    return scope(() => {
      const { first, second } = this.#units;
      const { weight, bias } = first.convolution;
      const ofUp = { weight: weight.narrow(1, 0, this.#from), bias };
      const convolved = transposedConvThenConv(coarser, this.#up, ofUp);
      if (skip) {
        const ofSkip = weight.narrow(1, this.#from, skip.dimension(1));
        convolved.add_(conv(skip, ofSkip, null, { padding: 1 }));
      }
      return second.forward(first.activate(convolved));
    });
  }
}
