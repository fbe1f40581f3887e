// Copies a picture of i32 into a larger one with a border of one value on every side.

export function pad(out: usize, x: usize, rows: i32, cols: i32, border: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 0; i < rows + 2; i++) {
    // parallel: yes - each iteration owns one element of out.
    for (let j = 0; j < cols + 2; j++) {
      const inside = i > 0 && i <= rows && j > 0 && j <= cols;
      store<i32>(
        out + (<usize>(i * (cols + 2) + j) << 2),
        inside ? load<i32>(x + (<usize>((i - 1) * cols + j - 1) << 2)) : border,
      );
    }
  }
}
