import * as v from 'valibot';
import { ImageError } from '../../errors.js';

const Axis = v.object({
  name: v.string(),
  type: v.optional(v.string()),
  unit: v.optional(v.string()),
  // NGFF RFC-4.
  orientation: v.optional(v.object({ type: v.literal('anatomical'), value: v.string() })),
});

const numbers = v.array(v.pipe(v.number(), v.finite()));

const Transformation = v.variant('type', [
  v.object({ type: v.literal('scale'), scale: numbers }),
  v.object({ type: v.literal('translation'), translation: numbers }),
  v.object({ type: v.literal('identity') }),
]);

const Transformations = v.optional(v.pipe(v.array(Transformation), v.maxLength(8)), []);

const Multiscale = v.object({
  axes: v.pipe(v.array(Axis), v.minLength(1), v.maxLength(8)),
  datasets: v.pipe(
    v.array(v.object({ path: v.string(), coordinateTransformations: Transformations })),
    v.minLength(1),
  ),
  coordinateTransformations: Transformations,
});

const Attributes = v.object({ multiscales: v.pipe(v.array(Multiscale), v.minLength(1)) });

export type ZarrAxis = v.InferOutput<typeof Axis>;

/** The finest level of an image: its array, its axes (slowest first) and their place. */
export interface FinestLevel {
  /** The array's path within the folder. */
  readonly path: string;
  readonly axes: readonly ZarrAxis[];
  /** For each axis, in the axis's unit. */
  readonly scale: readonly number[];
  readonly translation: readonly number[];
}

/**
 * Reads the multiscales metadata of OME-Zarr 0.4 (at the top of the group's attributes) or 0.5
 * (under `ome`); of several images the first counts, of its levels the finest.
 *
 * @throws ImageError that says which part of the metadata is missing or wrong.
 */
export function finestLevel(path: string, attributes: unknown): FinestLevel {
  const under = v.safeParse(v.object({ ome: v.unknown() }), attributes);
  const parsed = v.safeParse(Attributes, under.success ? under.output.ome : attributes);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new ImageError(
      path,
      `no OME-Zarr 0.4 or 0.5 image: its metadata at ${v.getDotPath(issue) ?? 'multiscales'}: ${issue.message}`,
      'Name the folder of the image itself, with its multiscales metadata.',
    );
  }
  const [{ axes, datasets, coordinateTransformations }] = parsed.output.multiscales as [
    v.InferOutput<typeof Multiscale>,
  ];
  const [finest] = datasets as [(typeof datasets)[number]];
  const steps = [...finest.coordinateTransformations, ...coordinateTransformations];
  let scale = axes.map(() => 1);
  let translation = axes.map(() => 0);
  for (const step of steps) {
    if (step.type === 'identity') continue;
    const along = step.type === 'scale' ? step.scale : step.translation;
    if (along.length !== axes.length) {
      throw new ImageError(
        path,
        `a ${step.type} has ${along.length} numbers for ${axes.length} axes`,
        'Repair coordinateTransformations in the metadata.',
      );
    }
    if (step.type === 'scale') scale = scale.map((value, axis) => value * along[axis]!);
    translation = translation.map((value, axis) =>
      step.type === 'scale' ? value * along[axis]! : value + along[axis]!,
    );
  }
  return { path: finest.path, axes, scale, translation };
}
