// Squared distances between n and m points of d coordinates, f32.

export function distances(out: usize, a: usize, b: usize, n: i32, m: i32, d: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: out is disjoint from a and b).
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one element of out.
    for (let j = 0; j < m; j++) {
      let sum: f32 = 0;
      // parallel: no - a float sum keeps its order.
      for (let k = 0; k < d; k++) {
        const v = load<f32>(a + (<usize>(i * d + k) << 2)) - load<f32>(b + (<usize>(j * d + k) << 2));
        sum += v * v;
      }
      store<f32>(out + (<usize>(i * m + j) << 2), sum);
    }
  }
}
