export { describeInspection } from './describe.js';
export { type InspectionRequest, type InspectionResult, inspect } from './inspect.js';
export type { InspectedImage, Inspection } from './inspection.js';
export { type InspectionSummary, summarise } from './summary.js';
export { writeInspection } from './write.js';
