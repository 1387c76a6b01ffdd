/** Builds safetensors files byte by byte, right ones and wrong ones. */

/** A file from its header's text (or bytes) and its data, with a true or a false header length. */
export function fileOf(
  header: string | Uint8Array,
  data: Uint8Array = new Uint8Array(0),
  announced?: bigint,
): Uint8Array {
  const headerBytes = typeof header === 'string' ? Buffer.from(header) : header;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(announced ?? BigInt(headerBytes.length));
  return new Uint8Array(Buffer.concat([length, headerBytes, data]));
}

/** A header's entry as JSON. */
export function entry(dtype: string, shape: string, begin: string, end: string): string {
  return `{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${begin},${end}]}`;
}

/** As the reference writer (safetensors 0.8.0 for Python) wrote it: every dtype, odd names, metadata. */
export const REFERENCE_FILE = Uint8Array.from(
  Buffer.from(
    [
      'iAIAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJtYWRlIGJ5IjoiXCJ1c1wiIn0sIsO8Ijp7ImR0eXBlIjoiSTY0Iiwic2hhcGUiOltd',
      'LCJkYXRhX29mZnNldHMiOlswLDhdfSwiZCI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzgsMTZd',
      'fSwiQSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMCw0XSwiZGF0YV9vZmZzZXRzIjpbMTYsMTZdfSwiYiI6eyJkdHlwZSI6IkYz',
      'MiIsInNoYXBlIjpbMiwxXSwiZGF0YV9vZmZzZXRzIjpbMTYsMjRdfSwiaSI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbMV0sImRh',
      'dGFfb2Zmc2V0cyI6WzI0LDI4XX0sImgiOnsiZHR5cGUiOiJCRjE2Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMjgsMzJd',
      'fSwiZiI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzMyLDM0XX0sInMiOnsiZHR5cGUiOiJJMTYi',
      'LCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOlszNCwzNl19LCJjIjp7ImR0eXBlIjoiSTgiLCJzaGFwZSI6WzFdLCJkYXRhX29m',
      'ZnNldHMiOlszNiwzN119LCJhIjp7ImR0eXBlIjoiVTgiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOlszNyw0MF19LCJtIjp7',
      'ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzQwLDQyXX19ICAgICAJCQkJCQkJCQcHBwcHBwcHAAEC',
      'AwQFBgcBAAAAgD8AQAA8AQD/AQIDAQA=',
    ].join(''),
    'base64',
  ),
);
