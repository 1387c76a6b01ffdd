export { BLOCK_WORDS, type Counter, type Key, philox4x32 } from './philox.js';
export { RandomStream } from './stream.js';
