// A step of two-dimensional electromagnetic fields of f64: two sweeps over the electric field, one over the magnetic.

export function fdtd2d(ex: usize, ey: usize, hz: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of ey; hz is only read (guard: disjoint).
  for (let i = 1; i < rows; i++) {
    // parallel: yes - each iteration owns one cell of ey.
    for (let j = 0; j < cols; j++) {
      store<f64>(
        ey + (<usize>(i * cols + j) << 3),
        load<f64>(ey + (<usize>(i * cols + j) << 3)) -
          0.5 * (load<f64>(hz + (<usize>(i * cols + j) << 3)) - load<f64>(hz + (<usize>((i - 1) * cols + j) << 3))),
      );
    }
  }
  // parallel: yes - each iteration owns one row of ex; hz is only read (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one cell of ex.
    for (let j = 1; j < cols; j++) {
      store<f64>(
        ex + (<usize>(i * cols + j) << 3),
        load<f64>(ex + (<usize>(i * cols + j) << 3)) -
          0.5 * (load<f64>(hz + (<usize>(i * cols + j) << 3)) - load<f64>(hz + (<usize>(i * cols + j - 1) << 3))),
      );
    }
  }
  // parallel: yes - each iteration owns one row of hz; ex and ey are only read (guard: disjoint).
  for (let i = 0; i < rows - 1; i++) {
    // parallel: yes - each iteration owns one cell of hz.
    for (let j = 0; j < cols - 1; j++) {
      const at = i * cols + j;
      store<f64>(
        hz + (<usize>at << 3),
        load<f64>(hz + (<usize>at << 3)) -
          0.7 *
            (load<f64>(ex + (<usize>(at + 1) << 3)) -
              load<f64>(ex + (<usize>at << 3)) +
              load<f64>(ey + (<usize>(at + cols) << 3)) -
              load<f64>(ey + (<usize>at << 3))),
      );
    }
  }
}
