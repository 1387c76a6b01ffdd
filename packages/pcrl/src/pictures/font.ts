import { type Colour, mixPixel, type Raster } from './raster.js';

/**
 * The 95 printable characters of ASCII from the space on, five columns each, top pixel in the
 * lowest bit, as on a character display. Built in, because a machine without fonts (a container,
 * a cluster node) draws text of SVG overlays as nothing or as empty boxes.
 */
const columns =
  '0000000000 00005F0000 0007000700 147F147F14 242A7F2A12 2313086462 3649562050 0005030000' +
  ' 001C224100 0041221C00 2A1C7F1C2A 08083E0808 0080703000 0808080808 0000606000 2010080402' +
  ' 3E5149453E 00427F4000 7249494946 2141494D33 1814127F10 2745454539 3C4A494931 4121110907' +
  ' 3649494936 464949291E 0000140000 0040340000 0008142241 1414141414 0041221408 0201590906' +
  ' 3E415D594E 7C1211127C 7F49494936 3E41414122 7F4141413E 7F49494941 7F09090901 3E41415173' +
  ' 7F0808087F 00417F4100 2040413F01 7F08142241 7F40404040 7F021C027F 7F0408107F 3E4141413E' +
  ' 7F09090906 3E4151215E 7F09192946 2649494932 01017F0101 3F4040403F 1F2040201F 3F4038403F' +
  ' 6314081463 0304780403 6159494D43 007F414100 0204081020 0041417F00 0402010204 4040404040' +
  ' 0003070800 2054547840 7F28444438 3844444428 384444287F 3854545418 00087E0902 18A4A49C78' +
  ' 7F08040478 00447D4000 0080847D00 7F10284400 00417F4000 7C04780478 7C08040478 3844444438' +
  ' FC18242418 18242418FC 7C08040408 4854545424 04043F4424 3C4040207C 1C2040201C 3C4030403C' +
  ' 4428102844 4C9090907C 4464544C44 0008364100 0000770000 0041360800 0201020402';

/** What stands in for characters that the font lacks. */
const substitutes: Readonly<Record<string, string>> = { '×': 'x', '–': '-', '−': '-', '·': '-' };

/** The columns of each character, without the empty ones at its sides. */
const glyphs: readonly (readonly number[])[] = columns
  .replaceAll(' ', '')
  .match(/.{10}/g)!
  .map((glyph, at) => {
    const all = glyph.match(/../g)!.map((pair) => Number.parseInt(pair, 16));
    if (at === 0) return [0, 0, 0];
    const first = all.findIndex((column) => column !== 0);
    const last = all.findLastIndex((column) => column !== 0);
    return all.slice(first, last + 1);
  });

/** Size and colour of text in a picture; at scale 1 a capital is 7 pixels high. */
export interface TextStyle {
  readonly scale: number;
  readonly colour: Colour;
}

/** Pixels from one line of text to the next. */
export function lineHeight(scale: number): number {
  return 10 * scale;
}

/** Pixels that a text takes across. */
export function textWidth(text: string, scale: number): number {
  let width = 0;
  for (const character of text) width += glyphOf(character).length + 1;
  return Math.max(0, width - 1) * scale;
}

/** Writes text into a picture in place, its upper left corner at (x, y); one line. */
export function drawText(
  raster: Raster,
  text: string,
  x: number,
  y: number,
  style: TextStyle,
): void {
  let left = x;
  for (const character of text) {
    const glyph = glyphOf(character);
    glyph.forEach((bits, column) => {
      for (let row = 0; row < 8; row++) {
        if ((bits >> row) & 1)
          drawDot(raster, left + column * style.scale, y + row * style.scale, style);
      }
    });
    left += (glyph.length + 1) * style.scale;
  }
}

/** The text cut to fit a width, with dots where something is missing. */
export function fitText(text: string, width: number, scale: number): string {
  if (textWidth(text, scale) <= width) return text;
  let end = text.length;
  while (end > 0 && textWidth(`${text.slice(0, end)}..`, scale) > width) end--;
  return end === 0 ? '' : `${text.slice(0, end)}..`;
}

function drawDot(raster: Raster, x: number, y: number, { scale, colour }: TextStyle): void {
  for (let v = 0; v < scale; v++) {
    for (let u = 0; u < scale; u++) mixPixel(raster, x + u, y + v, colour);
  }
}

function glyphOf(character: string): readonly number[] {
  const known = substitutes[character] ?? character;
  return glyphs[known.charCodeAt(0) - 32] ?? glyphs['?'.charCodeAt(0) - 32]!;
}
