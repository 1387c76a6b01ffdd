export {
  type Image,
  type ImageHeader,
  imageDimensions,
  imageExtensions,
  isImagePath,
  sharedVoxels,
} from './image.js';
export { type Intensity, scaleIntensity, unusableReason } from './intensity.js';
export { type VolumeToWrite, writeNifti } from './nifti-write.js';
export { writePng } from './picture.js';
export { readImage, readImageHeader } from './read.js';
