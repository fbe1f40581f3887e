// The nine-point Laplacian of a grid of f32.

export function laplace9(out: StaticArray<f32>, src: StaticArray<f32>, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 1; i < rows - 1; i++) {
    // parallel: yes - each iteration owns one cell of out.
    for (let j = 1; j < cols - 1; j++) {
      const at = i * cols + j;
      const near =
        unchecked(src[at - 1]) + unchecked(src[at + 1]) + unchecked(src[at - cols]) + unchecked(src[at + cols]);
      const far =
        unchecked(src[at - cols - 1]) +
        unchecked(src[at - cols + 1]) +
        unchecked(src[at + cols - 1]) +
        unchecked(src[at + cols + 1]);
      unchecked((out[at] = (<f32>4.0 * near + far - <f32>20.0 * unchecked(src[at])) * <f32>(1.0 / 6.0)));
    }
  }
}
