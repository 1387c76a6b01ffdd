/**
 * Values from 0 to 1 as whole numbers of 16 bits. The step is 1 / 65535 of the scale, 0.03 HU in a CT; whole
 * HU in 16 bits would round what was interpolated by up to half a HU.
 */
export function quantise16(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = values[i]! * 65_535 + 0.5;
  return out;
}

/** Values from 0 to 1 as bytes: pictures of 8 bits stay as they are. */
export function quantise8(values: Float32Array): Uint8Array {
  const out = new Uint8Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = values[i]! * 255 + 0.5;
  return out;
}
