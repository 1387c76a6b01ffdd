import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeFileDurably } from '@pcrl/torch';
import { composeGrid, encodePng } from '../../pictures/index.js';
import { chartPictures } from './chart-pictures.js';
import { gallery, type ReportPicture } from './gallery.js';
import type { Html } from './html.js';

export type { ReportPicture } from './gallery.js';

/** Where sections put their pictures. */
export type PictureShelf = Pick<Pictures, 'show'>;

/** The pictures of a report: they stand in its page, and as PNG files in a folder beside it. */
export class Pictures {
  readonly #files = new Map<string, Buffer>();

  /** Puts pictures into the page, and keeps them as one for the folder. */
  async show(picture: ReportPicture): Promise<Html> {
    const cells = picture.grid.rows.map((row) => row.map(({ raster }) => encodePng(raster)));
    const pngs = await Promise.all(cells.map((row) => Promise.all(row)));
    this.#files.set(this.#freeName(picture.name), await encodePng(composeGrid(picture.grid)));
    return gallery(picture, pngs);
  }

  /**
   * Writes a report's page, and its pictures and charts into the folder `NAME-pictures` beside it; where the
   * disk is full, neither page nor a folder that was not there.
   *
   * @param path of the HTML file
   */
  async write(path: string, page: string): Promise<void> {
    const folder = join(dirname(path), `${basename(path).replace(/\.html?$/i, '')}-pictures`);
    for (const { name, png } of await chartPictures(page))
      this.#files.set(this.#freeName(name), png);
    const made = mkdirSync(this.#files.size > 0 ? folder : dirname(path), { recursive: true });
    try {
      for (const [name, png] of this.#files) writeFileDurably(join(folder, `${name}.png`), [png]);
      writeFileDurably(path, [Buffer.from(page)]);
    } catch (error) {
      if (made !== undefined) rmSync(made, { recursive: true });
      throw error;
    }
  }

  #freeName(name: string): string {
    const wanted = fileName(name);
    let [free, count] = [wanted, 1];
    while (this.#files.has(free)) free = `${wanted}-${++count}`;
    return free;
  }
}

/** `AUROC by labelled cases` becomes `auroc-by-labelled-cases`. */
function fileName(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return plain.replaceAll(/^-|-$/g, '') || 'picture';
}
