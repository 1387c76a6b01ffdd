import { RandomStream } from '@pcrl/torch';
import { type Anatomy, drawAnatomy } from '../anatomy.js';
import { Canvas, type TubePainter } from '../canvas.js';
import type { Box, Point } from '../geometry.js';
import { paintBelly, paintHeart } from '../organs.js';
import type { Pose } from '../pose.js';
import { paintAxialBones, paintRibs } from '../skeleton.js';
import { drawTexture } from '../texture.js';
import { layOutTorso, paintLungs, paintTorso, type Torso } from '../torso.js';
import { paintAirways, paintGreatVessels, paintLungVessels } from '../vessels.js';
import { projectVolume } from './attenuation.js';
import { changedAnatomy, paintFinding, type Trace } from './disease.js';
import { drawExposure, exposeFilm, markSide } from './film.js';
import type { ChestFinding } from './findings.js';
import { Shadows } from './shadows.js';
import { paintShoulderBones, paintShoulders } from './shoulders.js';
import { depthAxis, onFilm, type Projection, pixelSize, type View } from './view.js';

/** Which chest X-ray to draw. */
export interface RadiographRequest {
  readonly seed: number;
  readonly patient: number;
  /** Number of the examination; what does not change from one to the next depends on the patient. */
  readonly examination: number;
  readonly projection: Projection;
  readonly findings: readonly ChestFinding[];
  /** Pixels along a side of the film. */
  readonly side: number;
}

/** A drawn chest X-ray. */
export interface Radiograph {
  /** 8-bit greys, `[side, side]`, bones bright, the patient's right (or front) on the left. */
  readonly greys: Uint8Array;
  /** Millimetres of a pixel. */
  readonly pixel: number;
  /** Boxes around findings, in pixels: left, top, width, height. */
  readonly boxes: readonly { readonly finding: ChestFinding; readonly box: readonly number[] }[];
}

/** Finest columns of the volume in millimetres; what is finer is drawn on the film. */
const COLUMN = 2.2;
/** Voxels along the rays in millimetres: the sum over many of them is smooth. */
const DEPTH = 5.5;
/** Millimetres from mid-chest up to the middle of the film. */
const FILM_HEIGHT = 28;

/**
 * Draws a chest X-ray: the phantom of {@link drawThoraxPhantom}, standing, with its findings, summed along
 * the rays; ribs, collar bones and lung vessels at the film's full resolution. The same request gives
 * the same bits.
 */
export function drawRadiograph(request: RadiographRequest): Radiograph {
  const { seed, patient, examination, projection, findings, side } = request;
  const ofPatient = (purpose: string) => new RandomStream(seed, `chest ${purpose}`, patient);
  const here = (purpose: string) =>
    new RandomStream(
      seed,
      `chest ${purpose}`,
      patient,
      examination,
      PROJECTIONS.indexOf(projection),
    );
  const healthy = drawAnatomy(ofPatient('anatomy'));
  // Its shape is the same in every view of one examination.
  const disease = new RandomStream(seed, 'chest disease', patient, examination);
  const anatomy = changedAnatomy(healthy, findings, disease);
  const view = drawView(anatomy, projection, side, here('view'));
  const torso = layOutTorso(anatomy);
  const canvas = blankVolume(view);

  const traces = paintChest({ canvas, torso, anatomy, view, findings, ofPatient, disease });
  const film = projectVolume(canvas, view);
  const inLung = new Shadows(film, view, anatomy.tissue.lung);
  const vessels = skipBare(inLung, traces);
  paintLungVessels(vessels, torso, anatomy, ofPatient('vessels'));
  for (const { lines = [] } of traces) {
    for (const line of lines) inLung.paintTubes([line], { tissue: -150 });
  }
  const inMuscle = new Shadows(film, view, anatomy.tissue.muscle);
  paintRibs(inMuscle, torso, sharpBones(anatomy));
  if (projection !== 'LATERAL') paintShoulderBones(inMuscle, sharpBones(anatomy));

  const exposure = drawExposure(projection, here('exposure'));
  const greys = exposeFilm(film, side, pixelSize(view), exposure, here('noise'));
  if (exposure.marked && projection !== 'LATERAL') markSide(greys, side, here('marker'));
  const boxes = findings.flatMap((finding, i) => {
    const box = traces[i]?.box;
    return box === undefined ? [] : [{ finding, box: boxOnFilm(view, canvas, box) }];
  });
  return { greys, pixel: pixelSize(view), boxes };
}

const PROJECTIONS: readonly Projection[] = ['PA', 'AP', 'LATERAL'];

function drawView(
  anatomy: Anatomy,
  projection: Projection,
  side: number,
  random: RandomStream,
): View {
  const about = (mean: number, spread: number) => random.uniform(mean - spread, mean + spread);
  const bedside = projection === 'AP';
  const { scale } = anatomy.pose;
  // A film in front of a lying patient is farther from the heart: it and all else look larger.
  const larger = bedside ? random.uniform(1.02, 1.1) : 1;
  const pose: Pose = {
    scale: [scale[0] * larger, scale[1], scale[2] * (bedside ? 0.95 : 1)],
    turn: [about(0, 0.08), about(0, bedside ? 0.06 : 0.03), about(0, bedside ? 0.12 : 0.07)],
    shift: [about(0, 10), about(0, 10), about(-FILM_HEIGHT, 14)],
  };
  return { projection, field: random.uniform(350, 400), side, pose };
}

function blankVolume(view: View): Canvas {
  const column = Math.max(COLUMN, pixelSize(view));
  const columns = Math.ceil(view.field / column) + 1;
  const deep = view.projection === 'LATERAL' ? 420 : 330;
  const size: [number, number, number] = [columns, columns, columns];
  const spacing: [number, number, number] = [column, column, column];
  size[depthAxis(view)] = Math.round(deep / DEPTH);
  spacing[depthAxis(view)] = DEPTH;
  return new Canvas(size, spacing, view.pose, -1000);
}

function paintChest(parts: {
  readonly canvas: Canvas;
  readonly torso: Torso;
  readonly anatomy: Anatomy;
  readonly view: View;
  readonly findings: readonly ChestFinding[];
  readonly ofPatient: (purpose: string) => RandomStream;
  readonly disease: RandomStream;
}): Trace[] {
  const { canvas, torso, anatomy, view, findings, disease } = parts;
  const texture = drawTexture(parts.ofPatient('texture'));
  if (view.projection !== 'LATERAL') paintShoulders(canvas, anatomy);
  paintTorso(canvas, torso, anatomy, texture);
  paintBelly(canvas, torso, anatomy, texture);
  paintLungs(canvas, torso, anatomy, texture, 0);
  const chest = { canvas, torso, anatomy, texture, random: disease };
  const traces = findings.map((finding) => paintFinding(finding, chest));
  paintHeart(canvas, anatomy, texture);
  paintGreatVessels(canvas, torso, anatomy);
  paintAirways(canvas, anatomy);
  paintAxialBones(canvas, torso, anatomy);
  return traces;
}

/** Bones without the blur of a CT, which thins their dense shell. */
function sharpBones(anatomy: Anatomy): Anatomy {
  const { cortex, marrow } = anatomy.tissue;
  return { ...anatomy, tissue: { ...anatomy.tissue, cortex: 1.9 * cortex, marrow: 1.4 * marrow } };
}

/** A collapsed part of a lung has no vessels. */
function skipBare(painter: TubePainter, traces: readonly Trace[]): TubePainter {
  const isBare = (p: Point) => traces.some(({ bare }) => bare?.(p));
  return {
    paintTubes: (tubes, brush) => {
      painter.paintTubes(
        tubes.filter(({ from, to }) => !isBare(from) && !isBare(to)),
        brush,
      );
    },
  };
}

function boxOnFilm(view: View, canvas: Canvas, { min, max }: Box): number[] {
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
    onFilm(
      view,
      canvas.world([(n & 1 ? max : min)[0], (n & 2 ? max : min)[1], (n & 4 ? max : min)[2]]),
    ),
  );
  const inside = (value: number) => Math.min(view.side, Math.max(0, value));
  const [us, vs] = [0, 1].map((i) => corners.map((corner) => inside(corner[i as 0 | 1])));
  const [left, top] = [Math.min(...us!), Math.min(...vs!)];
  return [left, top, Math.max(...us!) - left, Math.max(...vs!) - top];
}
