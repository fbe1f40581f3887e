// Copies n 32-bit elements from one runtime stride to another, as BLAS does.

export function scopy(y: usize, x: usize, n: i32, sy: i32, sx: i32): void {
  const from = sx < 0 ? (1 - n) * sx : 0;
  // parallel: yes - each iteration owns y[i * sy] unless sy is zero (guard: sy is not zero; y and x are
  // disjoint).
  for (let i = 0; i < n; i++) {
    store<i32>(y + (<usize>(i * sy) << 2), load<i32>(x + (<usize>(from + i * sx) << 2)));
  }
}
