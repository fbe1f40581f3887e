// Makes the rows of a matrix of f32 orthogonal, one after the other.

export function gram_schmidt(q: usize, rows: i32, cols: i32): void {
  // parallel: no - every row needs the finished rows before.
  for (let k = 0; k < rows; k++) {
    let sum: f32 = 0;
    // parallel: no - a float sum keeps its order.
    for (let j = 0; j < cols; j++) {
      sum += load<f32>(q + (<usize>(k * cols + j) << 2)) * load<f32>(q + (<usize>(k * cols + j) << 2));
    }
    const scale = <f32>1.0 / sqrt<f32>(sum);
    // parallel: yes - each iteration owns one element of the row.
    for (let j = 0; j < cols; j++) {
      store<f32>(q + (<usize>(k * cols + j) << 2), load<f32>(q + (<usize>(k * cols + j) << 2)) * scale);
    }
    // parallel: yes - each iteration owns one of the rows that follow; the finished row is only read.
    for (let i = k + 1; i < rows; i++) {
      let dot: f32 = 0;
      // parallel: no - a float sum keeps its order.
      for (let j = 0; j < cols; j++) {
        dot += load<f32>(q + (<usize>(k * cols + j) << 2)) * load<f32>(q + (<usize>(i * cols + j) << 2));
      }
      // parallel: yes - each iteration owns one element of its row.
      for (let j = 0; j < cols; j++) {
        store<f32>(
          q + (<usize>(i * cols + j) << 2),
          load<f32>(q + (<usize>(i * cols + j) << 2)) - dot * load<f32>(q + (<usize>(k * cols + j) << 2)),
        );
      }
    }
  }
}
