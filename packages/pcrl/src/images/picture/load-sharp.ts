/** sharp brings a native library along; volumes never need it. */
export async function loadSharp() {
  const { default: sharp } = await import('sharp');
  return sharp;
}
