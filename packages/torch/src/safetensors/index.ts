export type { RawDType, RawTensor } from './format.js';
export { parseSafetensors, readSafetensors, type Safetensors } from './read.js';
export { type LoadedTensors, loadTensors, rawTensors, saveTensors } from './tensors.js';
export { safetensorsChunks, writeSafetensors } from './write.js';
export { writeFileDurably } from './write-durably.js';
