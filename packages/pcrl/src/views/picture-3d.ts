import {
  type Cut,
  drawBoxes,
  type GridCell,
  greyRaster,
  type PictureBox,
  type Plane,
  type Raster,
  resizePlane,
  slicePlane,
  trueSize,
  type Window,
  windowOf,
} from '../pictures/index.js';
import { endOf, intersection } from './drawing/box.js';
import { viewsOf } from './drawing/plan.js';
import { boxMark, composePage, renderedSample, type ViewVoxels } from './picture-page.js';
import type { PreparedSample, ViewImage, ViewSettings } from './prepare.js';

const CUTS: readonly Cut[] = ['axial', 'coronal', 'sagittal'];

/** Axis across, axis down and the axis cut through of each way of cutting. */
const AXES: Readonly<Record<Cut, readonly [number, number, number]>> = {
  axial: [0, 1, 2],
  coronal: [0, 2, 1],
  sagittal: [1, 2, 0],
};

const VOLUME_SIDE = 320;
const VIEW_SIDE = 156;
const LOCALS_IN_ROW = 6;

/**
 * Three slices of the volume through the middle of what the global crops share, with all boxes, in
 * dashes those that lie before or behind; the middle slices of both global views, clean and corrupted; the middle axial slice of the
 * local views.
 */
export function drawVolumeViews(
  image: ViewImage,
  sample: PreparedSample,
  settings: ViewSettings,
): Raster {
  const { targets, inputs, locals } = renderedSample(sample, settings);
  const window = windowOf(sample.clean);
  const size = (view: number) => viewSpacing(sample, image, view);
  const slices = (
    views: readonly ViewVoxels[],
    shown: (view: ViewVoxels) => Window,
    word: string,
  ) =>
    views.map((view, i) =>
      CUTS.map((cut) => cell(view, size(i), cut, shown(view), `G${i + 1} ${word}`)),
    );
  const clean = slices(targets, () => window, 'clean');
  const seen = slices(inputs, ({ voxels }) => windowOf(voxels), 'as seen');
  const globals = clean.map((row, i) => [...row, ...seen[i]!]);
  const below = locals.map((view, i) =>
    cell(view, size(targets.length + i), 'axial', windowOf(view.voxels), `L${i + 1}`),
  );
  const volume = CUTS.map((cut) => volumeCell(image, sample, settings, cut));
  return composePage([[volume], globals, ...rowsOf(below, LOCALS_IN_ROW).map((row) => [row])]);
}

/** Millimetres per voxel of a view. */
function viewSpacing({ plan }: PreparedSample, image: ViewImage, view: number) {
  const { box } = viewsOf(plan)[view]!.geometry;
  return box.size.map((side, axis) => side * image.spacing[axis]!);
}

function cell(
  { size, voxels }: ViewVoxels,
  millimetres: readonly number[],
  cut: Cut,
  window: Window,
  caption: string,
): GridCell {
  const spacing = size.map((side, axis) => millimetres[axis]! / side);
  const plane = slicePlane({ size, spacing, voxels }, cut);
  return { raster: fitted(plane, VIEW_SIDE, window), caption };
}

function volumeCell(
  image: ViewImage,
  { plan, clean }: PreparedSample,
  settings: ViewSettings,
  cut: Cut,
): GridCell {
  const whole = { start: image.size.map(() => 0), size: image.size };
  const views = viewsOf(plan).map(({ geometry }) => intersection(geometry.box, whole));
  const [across, down, through] = AXES[cut];
  const shared = intersection(views[0]!, views[1]!);
  const extent = image.size[through]!;
  const middle = Math.floor(shared.start[through]! + shared.size[through]! / 2);
  const index = Math.min(extent - 1, Math.max(0, middle));
  const plane = slicePlane(image, cut, index);
  const raster = fitted(plane, VOLUME_SIDE, windowOf(clean));
  const scale = [raster.width / plane.width, raster.height / plane.height] as const;
  const marked = views.map((box, view): PictureBox => {
    // Slices are laid out with both of their axes mirrored, as radiologists look at them.
    const low = (axis: number) => image.size[axis]! - endOf(box)[axis]!;
    return {
      ...boxMark(view, settings.globalViews),
      x: low(across) * scale[0],
      y: low(down) * scale[1],
      width: box.size[across]! * scale[0],
      height: box.size[down]! * scale[1],
      dashed: index < box.start[through]! || index >= endOf(box)[through]!,
    };
  });
  return {
    raster: drawBoxes(raster, marked.toReversed()),
    caption: `${cut} ${index + 1}/${extent}`,
  };
}

/** A plane with the body's true proportions, its longer side `side` pixels. */
function fitted(plane: Plane, side: number, window: Window): Raster {
  const wide = trueSize(plane, side);
  const { width, height } =
    wide.height <= side
      ? wide
      : trueSize(plane, Math.max(1, Math.round((side * side) / wide.height)));
  return greyRaster(resizePlane(plane, width, height), window);
}

function rowsOf<T>(items: readonly T[], length: number): T[][] {
  const rows = Math.ceil(items.length / length);
  return Array.from({ length: rows }, (_, row) => items.slice(row * length, (row + 1) * length));
}
