import { cat, type Device, scope, type Tensor, tensor } from '@pcrl/torch';

/** Arrays of equal length as the rows of a tensor. */
export function rowsOnDevice(rows: readonly (Float32Array | Int32Array)[], device: Device): Tensor {
  return scope(() => {
    const host = cat(
      rows.map((row) => tensor(row, [1, row.length])),
      0,
    );
    return device === 'cpu' ? host : host.to({ device });
  });
}
