/** What to draw: the same seed and case give the same bits, however many cases there are. */
export interface DrawingOptions {
  readonly seed: number;
  /** Pixels along a side of an image or slice; the body keeps its size, so they become coarser. */
  readonly side: number;
}

/** One case of an archive, numbered from 0. */
export interface CaseDrawing extends DrawingOptions {
  /** The archive's top folder; it is there already. */
  readonly folder: string;
  readonly index: number;
}

/** Lines that a case adds to the archive's tables, by the table's path in the archive. */
export type TableRows = Readonly<Record<string, readonly string[]>>;

/** A public archive whose layout is drawn in miniature: same names, columns and file types. */
export interface PhantomArchive {
  /** The word on the command line. */
  readonly name: string;
  /** The archive's own name. */
  readonly title: string;
  /** What one case is. */
  readonly cases: 'patients' | 'scans';
  /** Pixels along a side unless asked otherwise, and those of the real archive. */
  readonly side: { readonly usual: number; readonly real: number };
  /** Every table of the archive by its path, with its header line (undefined: it has none). */
  readonly tables: Readonly<Record<string, string | undefined>>;
  /**
   * Draws one case and writes its files, each beside its place and renamed.
   *
   * @returns the lines that it adds to the tables
   */
  writeCase(drawing: CaseDrawing): Promise<TableRows>;
}
