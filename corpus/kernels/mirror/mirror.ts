// Mirrors the rows of an image in place, and turns an image by a quarter, 32-bit pixels.

export function mirror(p: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row.
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns two pixels, because j stays in the left half.
    for (let j = 0; j < cols / 2; j++) {
      const t = load<u32>(p + (<usize>(i * cols + j) << 2));
      store<u32>(p + (<usize>(i * cols + j) << 2), load<u32>(p + (<usize>(i * cols + cols - 1 - j) << 2)));
      store<u32>(p + (<usize>(i * cols + cols - 1 - j) << 2), t);
    }
  }
}

export function quarter(out: usize, src: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one column of out (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one pixel of out.
    for (let j = 0; j < cols; j++) {
      store<u32>(out + (<usize>(j * rows + rows - 1 - i) << 2), load<u32>(src + (<usize>(i * cols + j) << 2)));
    }
  }
}
