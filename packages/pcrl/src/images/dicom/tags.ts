/** The attributes that are read, as group and element (DICOM PS3.6). All others are skipped. */
export const TAGS = {
  transferSyntax: 0x0002_0010,
  imageType: 0x0008_0008,
  sopInstance: 0x0008_0018,
  modality: 0x0008_0060,
  seriesDescription: 0x0008_103e,
  patient: 0x0010_0020,
  sliceThickness: 0x0018_0050,
  spacingBetweenSlices: 0x0018_0088,
  imagerPixelSpacing: 0x0018_1164,
  study: 0x0020_000d,
  series: 0x0020_000e,
  instanceNumber: 0x0020_0013,
  position: 0x0020_0032,
  orientation: 0x0020_0037,
  planePosition: 0x0020_9113,
  planeOrientation: 0x0020_9116,
  samplesPerPixel: 0x0028_0002,
  photometric: 0x0028_0004,
  planar: 0x0028_0006,
  frames: 0x0028_0008,
  rows: 0x0028_0010,
  columns: 0x0028_0011,
  pixelSpacing: 0x0028_0030,
  bitsAllocated: 0x0028_0100,
  bitsStored: 0x0028_0101,
  highBit: 0x0028_0102,
  signed: 0x0028_0103,
  windowCenter: 0x0028_1050,
  windowWidth: 0x0028_1051,
  rescaleIntercept: 0x0028_1052,
  rescaleSlope: 0x0028_1053,
  rescaleType: 0x0028_1054,
  redPaletteDescriptor: 0x0028_1101,
  greenPaletteDescriptor: 0x0028_1102,
  bluePaletteDescriptor: 0x0028_1103,
  redPalette: 0x0028_1201,
  greenPalette: 0x0028_1202,
  bluePalette: 0x0028_1203,
  pixelMeasures: 0x0028_9110,
  frameWindow: 0x0028_9132,
  pixelValues: 0x0028_9145,
  sharedGroups: 0x5200_9229,
  frameGroups: 0x5200_9230,
} as const;

export type TagName = keyof typeof TAGS;

const NAMES: ReadonlyMap<number, TagName> = new Map(
  Object.entries(TAGS).map(([name, tag]) => [tag, name as TagName]),
);

/** The name of an attribute that is read, or undefined for one that is skipped. */
export function tagName(tag: number): TagName | undefined {
  return NAMES.get(tag);
}

/** Where the header ends and the pixels begin, and how they are stored there. */
export const PIXEL_DATA: ReadonlyMap<number, 'integer' | 'float' | 'double'> = new Map([
  [0x7fe0_0008, 'float'],
  [0x7fe0_0009, 'double'],
  [0x7fe0_0010, 'integer'],
]);

/** A tag as the standard prints it: `(0028,0010)`. */
export function shownTag(tag: number): string {
  const hex = tag.toString(16).padStart(8, '0');
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}
