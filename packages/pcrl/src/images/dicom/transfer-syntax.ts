/** How the pixels of a file are packed. */
export type Packing =
  | 'native'
  | 'rle'
  | 'deflated-frames'
  | 'jpeg'
  | 'jpeg-lossless'
  | 'jpeg-ls'
  | 'jpeg-2000';

/** How a file is written (DICOM PS3.5, section 10 and annex A). */
export interface TransferSyntax {
  readonly uid: string;
  readonly name: string;
  readonly explicit: boolean;
  readonly littleEndian: boolean;
  /** The whole data set after the file's meta header is one deflate stream. */
  readonly deflated: boolean;
  readonly packing: Packing;
}

const PLAIN = { explicit: true, littleEndian: true, deflated: false, packing: 'native' } as const;

const compressed = (uid: string, name: string, packing: Packing): TransferSyntax => ({
  ...PLAIN,
  uid,
  name,
  packing,
});

export const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';

const SYNTAXES: readonly TransferSyntax[] = [
  { ...PLAIN, uid: IMPLICIT_LITTLE_ENDIAN, name: 'Implicit VR Little Endian', explicit: false },
  { ...PLAIN, uid: '1.2.840.10008.1.2.1', name: 'Explicit VR Little Endian' },
  { ...PLAIN, uid: '1.2.840.10008.1.2.1.99', name: 'Deflated', deflated: true },
  { ...PLAIN, uid: '1.2.840.10008.1.2.2', name: 'Explicit VR Big Endian', littleEndian: false },
  compressed('1.2.840.10008.1.2.5', 'RLE Lossless', 'rle'),
  compressed('1.2.840.10008.1.2.8.1', 'Deflated Image Frame', 'deflated-frames'),
  compressed('1.2.840.10008.1.2.4.50', 'JPEG Baseline', 'jpeg'),
  compressed('1.2.840.10008.1.2.4.51', 'JPEG Extended', 'jpeg'),
  compressed('1.2.840.10008.1.2.4.57', 'JPEG Lossless', 'jpeg-lossless'),
  compressed('1.2.840.10008.1.2.4.70', 'JPEG Lossless, first-order prediction', 'jpeg-lossless'),
  compressed('1.2.840.10008.1.2.4.80', 'JPEG-LS Lossless', 'jpeg-ls'),
  compressed('1.2.840.10008.1.2.4.81', 'JPEG-LS Near-Lossless', 'jpeg-ls'),
  compressed('1.2.840.10008.1.2.4.90', 'JPEG 2000 Lossless', 'jpeg-2000'),
  compressed('1.2.840.10008.1.2.4.91', 'JPEG 2000', 'jpeg-2000'),
  compressed('1.2.840.10008.1.2.4.201', 'High-Throughput JPEG 2000 Lossless', 'jpeg-2000'),
  compressed('1.2.840.10008.1.2.4.202', 'High-Throughput JPEG 2000 RPCL Lossless', 'jpeg-2000'),
  compressed('1.2.840.10008.1.2.4.203', 'High-Throughput JPEG 2000', 'jpeg-2000'),
];

const BY_UID = new Map(SYNTAXES.map((syntax) => [syntax.uid, syntax]));

/** The transfer syntax of a UID, or undefined for one that is not read (video, JPIP, retired ones). */
export function transferSyntax(uid: string): TransferSyntax | undefined {
  return BY_UID.get(uid);
}
