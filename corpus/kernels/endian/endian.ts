// Swaps the order of the bytes of each element, 32 and 16 bits.

export function swap32(x: StaticArray<u32>, n: i32): void {
  // parallel: yes - each iteration owns x[i].
  for (let i = 0; i < n; i++) {
    const v = unchecked(x[i]);
    unchecked((x[i] = (v >> 24) | ((v >> 8) & 0xff00) | ((v << 8) & 0xff0000) | (v << 24)));
  }
}

export function swap16(x: StaticArray<u16>, n: i32): void {
  // parallel: yes - each iteration owns x[i].
  for (let i = 0; i < n; i++) {
    unchecked((x[i] = <u16>((<i32>unchecked(x[i]) >> 8) | (<i32>unchecked(x[i]) << 8))));
  }
}
