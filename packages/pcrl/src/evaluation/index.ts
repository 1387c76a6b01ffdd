export { compare } from './compare.js';
export { pretrainingReport, pretrainingSection } from './pretraining-section.js';
export * from './report/index.js';
export { restorationPicture } from './restorations.js';
