// Copies a rows x cols block of 32-bit pixels between two images of different pitch, with the bytes of each swapped.

export function copy2d(dst: usize, src: usize, rows: i32, cols: i32, to: i32, from: i32): void {
  // parallel: yes - each iteration owns one row of the block (guard: the pitch is at least the width; disjoint).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one pixel.
    for (let j = 0; j < cols; j++) {
      const pixel = load<u32>(src + (<usize>(i * from + j) << 2));
      store<u32>(dst + (<usize>(i * to + j) << 2), bswap<u32>(pixel));
    }
  }
}
