// Rows of bytes by bulk memory operations: a fill of each, a copy of each into an image of another pitch.

export function fill_rows(p: usize, v: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    memory.fill(p + <usize>(i * cols), <u8>(<i32>load<u8>(v + <usize>i)), cols);
  }
}

export function copy_rows(dst: usize, src: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of dst (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    memory.copy(dst + <usize>(i * (cols + 5)), src + <usize>(i * cols), cols);
  }
}
