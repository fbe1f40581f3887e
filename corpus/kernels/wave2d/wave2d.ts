// A step of the wave equation on a grid of f64; the new state takes the place of the one before last.

export function wave2d(last: usize, now: usize, rows: i32, cols: i32, c: f64): void {
  // parallel: yes - each iteration owns one row of last; now is only read (guard: disjoint).
  for (let i = 1; i < rows - 1; i++) {
    // parallel: yes - each iteration owns one cell of last.
    for (let j = 1; j < cols - 1; j++) {
      const at = i * cols + j;
      const bend =
        load<f64>(now + (<usize>(at - 1) << 3)) +
        load<f64>(now + (<usize>(at + 1) << 3)) +
        load<f64>(now + (<usize>(at - cols) << 3)) +
        load<f64>(now + (<usize>(at + cols) << 3)) -
        4.0 * load<f64>(now + (<usize>at << 3));
      store<f64>(
        last + (<usize>at << 3),
        2.0 * load<f64>(now + (<usize>at << 3)) - load<f64>(last + (<usize>at << 3)) + c * bend,
      );
    }
  }
}
