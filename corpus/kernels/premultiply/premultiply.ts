// Multiplies the colours of RGBA pixels by their alpha, rounded, in place.

export function premultiply(rgba: usize, n: i32): void {
  // parallel: yes - each iteration owns the four bytes of its pixel.
  for (let i = 0; i < n; i++) {
    const a = <i32>load<u8>(rgba + <usize>(4 * i + 3));
    store<u8>(rgba + <usize>(4 * i), (<i32>load<u8>(rgba + <usize>(4 * i)) * a + 127) / 255);
    store<u8>(rgba + <usize>(4 * i + 1), (<i32>load<u8>(rgba + <usize>(4 * i + 1)) * a + 127) / 255);
    store<u8>(rgba + <usize>(4 * i + 2), (<i32>load<u8>(rgba + <usize>(4 * i + 2)) * a + 127) / 255);
  }
}
