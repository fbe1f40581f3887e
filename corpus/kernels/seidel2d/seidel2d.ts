// Gauss-Seidel sweeps of a grid of f64 in place: in order, and one of two colours of a chessboard.

export function seidel2d(a: usize, rows: i32, cols: i32): void {
  // parallel: no - each row needs the new values of the row above.
  for (let i = 1; i < rows - 1; i++) {
    // parallel: no - each cell needs the new value of its left neighbour.
    for (let j = 1; j < cols - 1; j++) {
      const at = i * cols + j;
      store<f64>(
        a + (<usize>at << 3),
        0.25 *
          (load<f64>(a + (<usize>(at - 1) << 3)) +
            load<f64>(a + (<usize>(at + 1) << 3)) +
            load<f64>(a + (<usize>(at - cols) << 3)) +
            load<f64>(a + (<usize>(at + cols) << 3))),
      );
    }
  }
}

export function one_colour(a: usize, rows: i32, cols: i32, colour: i32): void {
  // parallel: yes - each iteration writes one colour of its row; all its neighbours have the other colour.
  for (let i = 1; i < rows - 1; i++) {
    // parallel: yes - each iteration owns one cell; it reads the other colour only.
    for (let j = 1 + ((i + colour) & 1); j < cols - 1; j += 2) {
      const at = i * cols + j;
      store<f64>(
        a + (<usize>at << 3),
        0.25 *
          (load<f64>(a + (<usize>(at - 1) << 3)) +
            load<f64>(a + (<usize>(at + 1) << 3)) +
            load<f64>(a + (<usize>(at - cols) << 3)) +
            load<f64>(a + (<usize>(at + cols) << 3))),
      );
    }
  }
}
