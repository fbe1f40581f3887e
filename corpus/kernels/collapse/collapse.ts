// One loop over all cells of a plane of f32, whose row and column are a quotient and a remainder.

export function collapse(out: usize, x: usize, y: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out is disjoint from x and y).
  for (let i = 0; i < rows * cols; i++) {
    store<f32>(
      out + (<usize>i << 2),
      load<f32>(x + (<usize>(i / cols) << 2)) * load<f32>(y + (<usize>(i % cols) << 2)),
    );
  }
}
