// Writes the transpose of a row-major rows x cols matrix of f32.

export function transpose(out: usize, input: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one column of out (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns out[j][i], at a runtime stride.
    for (let j = 0; j < cols; j++) {
      store<f32>(out + (<usize>(j * rows + i) << 2), load<f32>(input + (<usize>(i * cols + j) << 2)));
    }
  }
}
