import type { Case } from '../../datasets/index.js';
import {
  drawBoxes,
  type GridCell,
  greyRaster,
  labelColour,
  overlayHeat,
  resizePlane,
  trueSize,
} from '../../pictures/index.js';
import type { Attention } from '../../tasks/predicting/attention.js';
import type { Html, PictureShelf } from '../report/index.js';
import type { AttentionRequest, GroupAttention } from './attention.js';
import { fileSizeOf, markedRegions, shareOutside } from './marked-regions.js';

const CELL_WIDTH = 320;
const BOX_COLOUR = labelColour(1);

/** A test case to show, with what is to be said of it. */
export interface ShownCase extends AttentionRequest {
  readonly title: string;
}

/** What a set of pictures is called, and what is said of it. */
export interface PictureWords {
  readonly name: string;
  readonly alt: string;
  readonly caption: string;
  /** What a network's answer is, in words: `score 0.31`. */
  readonly answer: (value: number) => string;
}

/**
 * A row a case: the image, with its boxes, and where each group's first seed looks for the class. Nothing
 * where the task has no maps.
 */
export async function attentionPictures(
  networks: readonly GroupAttention[],
  shown: readonly ShownCase[],
  { pictures, words }: { readonly pictures: PictureShelf; readonly words: PictureWords },
): Promise<readonly Html[]> {
  if (shown.length === 0) return [];
  const cases = networks[0]!.cases;
  const rows: GridCell[][] = [];
  for (const request of shown) {
    const maps: Attention[] = [];
    for (const network of networks) {
      const map = await network.of(request);
      if (!map) return [];
      maps.push(map);
    }
    rows.push(await caseCells(cases[request.at]!, maps, words.answer));
  }
  const isBoxed = shown.some(({ at }) => (cases[at]!.boxes ?? []).length > 0);
  const { answer: _, ...said } = words;
  const html = await pictures.show({
    ...said,
    grid: {
      rows,
      rowTitles: shown.map(({ title }) => title),
      columnTitles: ['image', ...networks.map(({ group }) => group.source)],
    },
    ...(isBoxed
      ? { keys: [{ entries: [{ colour: BOX_COLOUR, meaning: 'marked by an expert' }] }] }
      : {}),
  });
  return [html];
}

async function caseCells(
  item: Case,
  maps: readonly Attention[],
  answer: PictureWords['answer'],
): Promise<GridCell[]> {
  const first = maps[0]!;
  const [fileWidth] = item.boxes ? await fileSizeOf(item) : [first.plane.width];
  const boxed = (cell: GridCell) => withBoxes(cell, item, first.name, fileWidth!);
  const cells: GridCell[] = [boxed({ raster: grey(first) })];
  for (const map of maps) {
    const { name, score, plane, heat } = map;
    const regions = await markedRegions(item, name, plane);
    const said = [
      answer(score),
      ...saidOutside(heat, regions.ofFinding, 'the box'),
      ...saidOutside(heat, regions.lungs, 'the lungs'),
    ];
    const raster = grey(map);
    const hot = overlayHeat(raster, resizePlane(heat, raster.width, raster.height));
    cells.push(boxed({ raster: hot, caption: said.join('\n') }));
  }
  return cells;
}

function saidOutside(
  heat: Attention['heat'],
  region: Parameters<typeof shareOutside>[1] | undefined,
  name: string,
): readonly string[] {
  const share = region && shareOutside(heat, region);
  return share === undefined ? [] : [`${Math.round(100 * share)} % outside ${name}`];
}

function grey({ plane }: Attention): GridCell['raster'] {
  const { width, height } = trueSize(plane, CELL_WIDTH);
  return greyRaster(resizePlane(plane, width, height));
}

/** The boxes of one finding. */
function withBoxes(cell: GridCell, item: Case, finding: string, fileWidth: number): GridCell {
  const scale = cell.raster.width / fileWidth;
  const boxes = (item.boxes ?? [])
    .filter((box) => box.finding === finding)
    .map(({ x, y, width, height }) => ({
      x: x * scale,
      y: y * scale,
      width: width * scale,
      height: height * scale,
      colour: BOX_COLOUR,
    }));
  return boxes.length > 0 ? { ...cell, raster: drawBoxes(cell.raster, boxes) } : cell;
}
