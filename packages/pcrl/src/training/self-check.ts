import { conv, gradients, ones, scope, tensor } from '@pcrl/torch';

/**
 * Computes convolutions and a gradient that are known by hand.
 *
 * @returns what the device gets wrong, in words; nothing where all is right
 */
export function convolutionFaults(device: string): readonly string[] {
  return [2, 3].flatMap((axes) => {
    const checks = [
      { what: 'convolution', found: sumUnderKernel(axes, device), expected: [45, 378] },
      { what: "convolution's gradient", found: gradient(axes, device), expected: [73984, 1257728] },
    ];
    return checks.flatMap(({ what, found, expected }) => {
      const right = expected[axes - 2]!;
      return found === right
        ? []
        : [`a ${axes}D ${what} on ${device} gives ${found}, not ${right}`];
    });
  });
}

/** The sum of 1 to 9 (2D) or 27 (3D), by a kernel of ones. */
function sumUnderKernel(axes: number, device: string): number {
  return scope(() => {
    const shape = [1, 1, ...Array<number>(axes).fill(3)];
    const image = tensor(
      Array.from({ length: 3 ** axes }, (_, i) => i + 1),
      shape,
      { device },
    );
    return conv(image, ones(shape, { device })).item();
  });
}

/**
 * The sum of the gradient of `|conv(x)|^2`, all ones, eight channels to one: `256 * 17^axes`. Debian 13's
 * libtorch 2.6.0 with oneDNN 3.6 gets it wrong for more than one case.
 */
function gradient(axes: number, device: string): number {
  return scope(() => {
    const image = ones([2, 8, ...Array<number>(axes).fill(3)], { device });
    image.requiresGrad = true;
    const kernel = ones([1, 8, ...Array<number>(axes).fill(3)], { device });
    const output = conv(image, kernel, undefined, { padding: 1 });
    const [found] = gradients(output.mul(output).sum(), [image]);
    return found!.sum().item();
  });
}
