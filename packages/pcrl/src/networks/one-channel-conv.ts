import { Conv, callOne, type RandomStream, scope, type Tensor } from '@pcrl/torch';

/**
 * A 3x3x3 convolution with padding 1 from many channels to one.
 *
 * libtorch's kernels fill vectors with output channels, so this one leaves them idle. Here all 27 taps are
 * one matrix product over the channels, then shifted into place and added, axis by axis.
 */
export class OneChannelConv3D extends Conv {
  constructor(from: number, random: RandomStream) {
    super({ axes: 3, from, to: 1, kernel: 3, padding: 1 }, random);
  }

  override forward(input: Tensor): Tensor {
    return scope(() => {
      const [batch, channels, ...size] = input.shape as [number, number, ...number[]];
      const taps = this.weight.reshape([1, channels, 27]).transpose(1, 2);
      const voxels = input.reshape([batch, channels, -1]);
      const products = callOne('aten::bmm', taps.expand([batch, 27, channels]), voxels);
      // [N, tap x, tap y, tap z, X, Y, Z]: the last tap axis goes first, so that the map shrinks.
      const added = [3, 2, 1].reduce(
        (maps, axis) => addShifted(maps, axis),
        products.reshape([batch, 3, 3, 3, ...size]),
      );
      return added.unsqueeze(1).add_(this.bias ?? 0);
    });
  }
}

/** y[i] = a[i - 1] + b[i] + c[i + 1] along the spatial axis of a tap axis that holds (a, b, c). */
function addShifted(maps: Tensor, tapAxis: number): Tensor {
  const [before, here, after] = [0, 1, 2].map((tap) => maps.select(tapAxis, tap));
  // x, y and z of `[N, tap x, ..., X, Y, Z]` are the last three axes whatever taps are left; libtorch
  // counts paddings from the last axis, and a negative one cuts.
  const last = new Array<number>(2 * (3 - tapAxis)).fill(0);
  const shift = (map: Tensor, start: number) =>
    callOne('aten::constant_pad_nd', map, [...last, start, -start]);
  return here!.add(shift(before!, 1)).add_(shift(after!, -1));
}
