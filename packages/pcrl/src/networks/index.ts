export { DecoderLevel } from './decoder-level.js';
export { Encoder } from './encoder.js';
export { ConvUnit3D, DoubleUnit3D, Encoder3D, type Encoder3DSettings } from './encoder-3d.js';
export type { Projection } from './heads.js';
export { NsUNet, NsUNet2D, NsUNet3D } from './ns-unet.js';
export { ResNet18 } from './resnet18.js';
