// RGBA to BGRA in place by bytes, and the inversion of the colours by words.

export function bgra(p: usize, n: i32): void {
  // parallel: yes - each iteration owns the bytes of its pixel.
  for (let i = 0; i < n; i++) {
    const red = <i32>load<u8>(p + <usize>(4 * i));
    store<u8>(p + <usize>(4 * i), <i32>load<u8>(p + <usize>(4 * i + 2)));
    store<u8>(p + <usize>(4 * i + 2), red);
  }
}

export function invert(p: usize, n: i32): void {
  // parallel: yes - each iteration owns one pixel.
  for (let i = 0; i < n; i++) {
    store<u32>(p + (<usize>i << 2), load<u32>(p + (<usize>i << 2)) ^ 0x00ffffff);
  }
}
