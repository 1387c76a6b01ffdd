export type { CaseDrawing, DrawingOptions, PhantomArchive, TableRows } from './archive.js';
export { phantomArchive, phantomArchives } from './registry.js';
export { type ArchiveRequest, writeArchive } from './write-archive.js';
