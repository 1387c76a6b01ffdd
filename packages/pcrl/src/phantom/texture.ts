import type { RandomStream } from '@pcrl/torch';

/** A smooth random field over template millimetres, mean 0, standard deviation about 0.7. */
export type Texture = (x: number, y: number, z: number) => number;

/** A sum of a few plane waves with random directions and wavelengths of 18 to 60 mm. */
export function drawTexture(random: RandomStream): Texture {
  const waves = Array.from({ length: 5 }, () => {
    const wavelength = random.uniform(18, 60);
    const [x, y, z] = [random.normal(), random.normal(), random.normal()];
    const k = (2 * Math.PI) / (wavelength * (Math.hypot(x, y, z) || 1));
    return [x * k, y * k, z * k, random.uniform(0, 2 * Math.PI)] as const;
  });
  const amplitude = 1 / Math.sqrt(waves.length);
  return (x, y, z) => {
    let sum = 0;
    for (const [kx, ky, kz, phase] of waves) sum += Math.cos(kx * x + ky * y + kz * z + phase);
    return amplitude * sum;
  };
}
