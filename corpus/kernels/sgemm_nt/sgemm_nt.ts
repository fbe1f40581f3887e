// C = A B^T over f32: rows with rows.

export function sgemm_nt(c: usize, a: usize, b: usize, n: i32, m: i32, k: i32): void {
  // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one element of c.
    for (let j = 0; j < m; j++) {
      let sum: f32 = 0;
      // parallel: no - a float sum keeps its order.
      for (let l = 0; l < k; l++) {
        sum += load<f32>(a + (<usize>(i * k + l) << 2)) * load<f32>(b + (<usize>(j * k + l) << 2));
      }
      store<f32>(c + (<usize>(i * m + j) << 2), sum);
    }
  }
}
