export * from './initialise.js';
export * from './layers.js';
export { Layer, Module } from './module.js';
