import type { Plane } from './plane.js';
import { type Colour, copyRaster, mixPixel, type Raster } from './raster.js';

/** Dark violet over red and orange to pale yellow: rises in brightness, so it reads in grey as well. */
const STOPS: readonly Colour[] = [
  [66, 10, 104],
  [147, 38, 103],
  [221, 81, 58],
  [252, 165, 10],
  [252, 255, 164],
];
const MOST_OPAQUE = 0.7;

/**
 * A picture with heat over it: the higher the value, the brighter and the more opaque.
 *
 * @param heat values from 0 (nothing drawn) to 1, of the picture's size
 */
export function overlayHeat(raster: Raster, heat: Plane): Raster {
  const drawn = copyRaster(raster);
  heat.values.forEach((value, i) => {
    if (value <= 0) return;
    const opacity = MOST_OPAQUE * Math.min(1, 1.5 * value);
    mixPixel(drawn, i % heat.width, Math.floor(i / heat.width), heatColour(value), opacity);
  });
  return drawn;
}

function heatColour(value: number): Colour {
  const place = Math.min(1, value) * (STOPS.length - 1);
  const low = Math.min(Math.floor(place), STOPS.length - 2);
  const [from, to] = [STOPS[low]!, STOPS[low + 1]!];
  const mix = (channel: 0 | 1 | 2) => from[channel] + (to[channel] - from[channel]) * (place - low);
  return [mix(0), mix(1), mix(2)];
}
