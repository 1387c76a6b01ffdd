import { lightColours, stylesheet } from './stylesheet.js';

/** A chart of a page as the bytes of a PNG file. */
export interface ChartPicture {
  /** Its title. */
  readonly name: string;
  readonly png: Buffer;
}

const CHART =
  /<p class="chart-title">(.*?)<\/p>[\s\S]*?<svg class="wide" viewBox="0 0 (\d+) (\d+)"[^>]*>\n([\s\S]*?)<\/svg>/g;
const TITLE_HEIGHT = 34;
const MARGIN = 16;
const DOTS_PER_INCH = 144;

/**
 * Every chart of a page, as it stands there in print, with its title. Letters need a font on the machine,
 * as in any browser.
 */
export async function chartPictures(page: string): Promise<readonly ChartPicture[]> {
  const { default: sharp } = await import('sharp');
  const pictures: ChartPicture[] = [];
  for (const [, title = '', width, height, body = ''] of page.matchAll(CHART)) {
    const svg = standAlone(title, Number(width), Number(height), body);
    const png = await sharp(Buffer.from(svg), { density: DOTS_PER_INCH }).png().toBuffer();
    pictures.push({ name: title.replaceAll(/&\w+;|&#\d+;/g, ' '), png });
  }
  return pictures;
}

function standAlone(title: string, width: number, height: number, body: string): string {
  const full = [width + 2 * MARGIN, height + TITLE_HEIGHT + 2 * MARGIN];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${full[0]}" height="${full[1]}" viewBox="${-MARGIN} ${-TITLE_HEIGHT - MARGIN} ${full.join(' ')}">
<style>${rulesOfCharts()} svg { font-family: "Source Sans 3", "Segoe UI", "DejaVu Sans", sans-serif; }</style>
<rect x="${-MARGIN}" y="${-TITLE_HEIGHT - MARGIN}" width="${full[0]}" height="${full[1]}" fill="${lightColours.paper}"/>
<text class="strong" x="0" y="-14" style="font-size: 16px; font-weight: 600">${title}</text>
${body}</svg>`;
}

/** The rules for charts alone: whoever draws them outside of a browser may not know variables. */
function rulesOfCharts(): string {
  const rules = stylesheet.source.match(/(svg (\.|text)|\.series-\d)[^{}\n]*\{[^{}]*\}/g) ?? [];
  return rules
    .join('\n')
    .replaceAll(/var\(--([\w-]+)\)/g, (_, name: string) => lightColours[name] ?? 'black');
}
