// Pooling of 2 x 2 elements: means of f32, maxima of i8.

export function mean_pool(out: StaticArray<f32>, x: StaticArray<f32>, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one element of out.
    for (let j = 0; j < cols; j++) {
      const at = 4 * i * cols + 2 * j;
      unchecked(
        (out[i * cols + j] =
          (unchecked(x[at]) + unchecked(x[at + 1]) + unchecked(x[at + 2 * cols]) + unchecked(x[at + 2 * cols + 1])) *
          <f32>0.25),
      );
    }
  }
}

export function max_pool(out: StaticArray<i8>, x: StaticArray<i8>, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one element of out.
    for (let j = 0; j < cols; j++) {
      let top = -128;
      // parallel: yes - an integer maximum is associative and commutative.
      for (let y = 0; y < 2; y++) {
        // parallel: yes - an integer maximum is associative and commutative.
        for (let z = 0; z < 2; z++) {
          top = max(top, <i32>unchecked(x[(2 * i + y) * 2 * cols + 2 * j + z]));
        }
      }
      unchecked((out[i * cols + j] = <i8>top));
    }
  }
}
