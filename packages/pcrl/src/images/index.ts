export { filesOfSeries, folderOfSeries, isDicom } from './dicom/dicom.js';
export { listSeries, type SeriesListing } from './dicom/list.js';
export {
  imageDimensions,
  imageExtensions,
  isDicomName,
  isImageCompanion,
  isImageFolder,
  isImagePath,
} from './formats.js';
export { worldToVoxel } from './geometry.js';
export { type Image, type ImageHeader, sharedVoxels, type ValueWindow } from './image.js';
export { type Intensity, scaleIntensity, unusableReason } from './intensity.js';
export { type VolumeToWrite, writeNifti } from './nifti/write.js';
export { type LabelsOnGrid, labelsOnGrid } from './on-grid.js';
export { plainPictureTest } from './picture/plain-picture.js';
export { writePng } from './picture/write.js';
export { isPrepared, PreparedVolume } from './prepared/prepared-volume.js';
export {
  type Fingerprint,
  PREPARED_VERSION,
  type PreparedRecord,
  RECORD_ENDING,
  readRecord,
  voxelPath,
} from './prepared/record.js';
export { readImage, readImageDimensions, readImageHeader } from './read.js';
export { describeGrid, isSameGrid } from './same-grid.js';
export { shrinkGrey } from './shrink.js';
export { writeWhole } from './write-whole.js';
