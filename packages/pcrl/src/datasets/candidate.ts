import type { Row } from './csv.js';

/** An image that a source names, before it is known to exist. */
export interface Candidate {
  /** Absolute path. */
  readonly image: string;
  /** For messages: the path, or the row and the path as written there. */
  readonly shown: string;
  /** Told by its content, where the name does not tell. */
  readonly dimensions?: 2 | 3;
  /** As its header names it. */
  readonly patient?: string;
  /** Why it cannot be used, where its header or its row says so. */
  readonly problem?: string;
  /** The CSV row that names it. */
  readonly row?: Row;
  /** Absolute folder of that CSV, which its paths are relative to. */
  readonly folder?: string;
}
