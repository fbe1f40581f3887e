// Products of n pairs of 3 x 3 matrices of f32, one after the other.

export function matmul3(c: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns one product (guard: c is disjoint from a and b).
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one row of the product.
    for (let x = 0; x < 3; x++) {
      // parallel: yes - each iteration owns one element.
      for (let y = 0; y < 3; y++) {
        let sum: f32 = 0;
        // parallel: no - a float sum keeps its order.
        for (let k = 0; k < 3; k++) {
          sum +=
            load<f32>(a + (<usize>(9 * i + 3 * x + k) << 2)) * load<f32>(b + (<usize>(9 * i + 3 * k + y) << 2));
        }
        store<f32>(c + (<usize>(9 * i + 3 * x + y) << 2), sum);
      }
    }
  }
}
