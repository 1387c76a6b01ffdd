import { scope, type Tensor } from '@pcrl/torch';
import {
  type Colour,
  composeGrid,
  type GridCell,
  labelColours,
  type Raster,
} from '../pictures/index.js';
import type { PreparedSample, ViewSettings } from './prepare.js';
import { renderViews } from './rendering/render.js';

/** The colour and the short name of a view's box. */
export interface BoxMark {
  readonly colour: Colour;
  readonly name: string;
}

/** How the box of view `view` is marked: the global ones orange and blue, the local ones green. */
export function boxMark(view: number, globalViews: number): BoxMark {
  const [blue, orange, green] = labelColours as [Colour, Colour, Colour];
  if (view === 0) return { colour: orange, name: 'G1' };
  if (view < globalViews) return { colour: blue, name: `G${view + 1}` };
  return { colour: green, name: `L${view - globalViews + 1}` };
}

/** Voxels of a view, without the channel axis where it has one channel. */
export interface ViewVoxels {
  readonly size: readonly number[];
  readonly voxels: Float32Array;
}

/** The views of one sample on the host. */
export interface RenderedSample {
  readonly targets: readonly ViewVoxels[];
  readonly inputs: readonly ViewVoxels[];
  readonly locals: readonly ViewVoxels[];
}

/** Renders one sample and takes channel 0 of each view. */
export function renderedSample(sample: PreparedSample, settings: ViewSettings): RenderedSample {
  return scope(() => {
    const { globals, targets, locals } = renderViews([sample], settings);
    const count = locals.shape[0]!;
    return {
      targets: targets.map((view) => hostView(view, 0)),
      inputs: globals.map((view) => hostView(view, 0)),
      locals: Array.from({ length: count }, (_, view) => hostView(locals, view)),
    };
  });
}

function hostView(batch: Tensor, item: number): ViewVoxels {
  const voxels = Float32Array.from(batch.select(0, item).select(0, 0).toArray());
  return { size: batch.shape.slice(2), voxels };
}

/** Blocks of pictures below each other, each a grid of its own. */
export function composePage(blocks: readonly (readonly (readonly GridCell[])[])[]): Raster {
  return composeGrid({ rows: blocks.map((rows) => [{ raster: composeGrid({ rows }) }]) });
}
