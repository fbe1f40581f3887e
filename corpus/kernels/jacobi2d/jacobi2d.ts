// One Jacobi sweep over the inside of a rows x cols grid of f64.

export function jacobi2d(out: usize, input: usize, rows: i32, cols: i32): void {
  const row = <usize>cols << 3;
  // parallel: yes - each iteration owns one row of out; input is only read (guard: disjoint).
  for (let i = 1; i < rows - 1; i++) {
    // parallel: yes - each iteration owns out[i][j]; input is only read (guard: disjoint).
    for (let j = 1; j < cols - 1; j++) {
      const at = <usize>i * row + (<usize>j << 3);
      const p = input + at;
      store<f64>(out + at, 0.2 * (load<f64>(p) + load<f64>(p - 8) + load<f64>(p + 8) + load<f64>(p - row) + load<f64>(p + row)));
    }
  }
}
