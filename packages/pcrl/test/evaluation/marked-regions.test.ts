import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/datasets/index.js';
import { markedRegions, shareOutside } from '../../src/evaluation/comparison/marked-regions.js';
import { writePng } from '../../src/images/index.js';

const folder = mkdtempSync(join(tmpdir(), 'pcrl-regions-'));
const at = (name: string) => join(folder, name);
const plane = { width: 4, height: 2 };
/** A picture of 8 x 4 pixels: twice the plane's. */
const item = { image: at('picture.png') };

beforeAll(async () => {
  const picture = { width: 8, height: 4, pixels: Uint8Array.from({ length: 32 }, (_, i) => 7 * i) };
  await writePng(item.image, picture);
  const left = Uint8Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? 255 : 0));
  await writePng(at('lungs.png'), { ...picture, pixels: left });
  await writePng(at('small.png'), { width: 4, height: 2, pixels: new Uint8Array(8) });
});

describe('regions that attention is held against', () => {
  it('are boxes and masks of the file, on the grid of the attention', async () => {
    const boxes = [
      { finding: 'Mass', x: 2, y: 0, width: 4, height: 2 },
      { finding: 'Nodule', x: 0, y: 0, width: 8, height: 4 },
    ];
    const regions = await markedRegions(
      { ...item, boxes, lungMask: at('lungs.png') },
      'Mass',
      plane,
    );
    expect([...regions.ofFinding!.labels]).toEqual([0, 1, 1, 0, 0, 0, 0, 0]);
    expect([...regions.lungs!.labels]).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
    const heat = {
      ...plane,
      spacing: [1, 1] as const,
      values: Float32Array.of(0, 3, 1, 0, 4, 0, 0, 0),
    };
    expect(shareOutside(heat, regions.ofFinding!)).toBeCloseTo(4 / 8, 12);
    expect(shareOutside(heat, regions.lungs!)).toBeCloseTo(1 / 8, 12);
    expect(shareOutside({ ...heat, values: new Float32Array(8) }, regions.lungs!)).toBeUndefined();
    expect(await markedRegions(item, 'Mass', plane)).toEqual({});
  });

  it('refuse a mask of another size', async () => {
    await expect(markedRegions({ ...item, lungMask: at('small.png') }, '', plane)).rejects.toThrow(
      /a lung mask of 4 x 2 for a picture of 8 x 4/,
    );
  });

  it('come from the table of boxes of ChestX-ray14', async () => {
    mkdirSync(at('nih/images'), { recursive: true });
    for (const name of ['00000001_000', '00000002_000', '00000003_000']) {
      copyFileSync(item.image, at(`nih/images/${name}.png`));
    }
    const row = (name: string, labels: string) =>
      `${name}.png,${labels},0,${Number(name.slice(0, 8))}`;
    const table = [
      'Image Index,Finding Labels,Follow-up #,Patient ID',
      row('00000001_000', 'Infiltration|Mass'),
      row('00000002_000', 'No Finding'),
      row('00000003_000', 'Mass'),
    ];
    writeFileSync(at('nih/Data_Entry_2017.csv'), table.join('\n'));
    const boxes = [
      'Image Index,Finding Label,Bbox [x,y,w,h],,,',
      '00000001_000.png,Infiltrate,1.5,2,3.25,1,,,',
      '00000001_000.png,Mass,0,1,2,3,,,',
    ];
    writeFileSync(at('nih/BBox_List_2017.csv'), boxes.join('\n'));
    const { cases } = await openDataset([at('nih')], { use: 'classification' });
    expect(cases.map((each) => each.boxes)).toEqual([
      [
        { finding: 'Infiltration', x: 1.5, y: 2, width: 3.25, height: 1 },
        { finding: 'Mass', x: 0, y: 1, width: 2, height: 3 },
      ],
      undefined,
      undefined,
    ]);
  });
});
