// C = A B over i8 with sums of i32.

export function igemm(c: usize, a: usize, b: usize, n: i32, m: i32, k: i32): void {
  // parallel: yes - each iteration owns one row of c (guard: c is disjoint from a and b).
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one element of c.
    for (let j = 0; j < m; j++) {
      let sum = 0;
      // parallel: yes - a wrapping integer sum may be reassociated.
      for (let l = 0; l < k; l++) {
        sum += <i32>load<i8>(a + <usize>(i * k + l)) * <i32>load<i8>(b + <usize>(l * m + j));
      }
      store<i32>(c + (<usize>(i * m + j) << 2), sum);
    }
  }
}
