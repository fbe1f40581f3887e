// The table of longest common subsequences of two byte strings, row by row and diagonal by diagonal; its first row and
// column are set by the caller.

export function lcs_rows(t: usize, a: usize, b: usize, n: i32, m: i32): void {
  const w = m + 1;
  // parallel: no - every row needs the row above.
  for (let i = 1; i <= n; i++) {
    // parallel: no - every element needs its left neighbour.
    for (let j = 1; j <= m; j++) {
      const best = max(
        load<i32>(t + (<usize>((i - 1) * w + j) << 2)),
        load<i32>(t + (<usize>(i * w + j - 1) << 2)),
      );
      store<i32>(
        t + (<usize>(i * w + j) << 2),
        <i32>load<u8>(a + <usize>(i - 1)) == <i32>load<u8>(b + <usize>(j - 1))
          ? load<i32>(t + (<usize>((i - 1) * w + j - 1) << 2)) + 1
          : best,
      );
    }
  }
}

export function lcs_diagonals(t: usize, a: usize, b: usize, n: i32, m: i32): void {
  const w = m + 1;
  // parallel: no - every diagonal needs the two before.
  for (let d = 2; d <= n + m; d++) {
    const to = min(n, d - 1);
    // parallel: yes - each iteration owns one element of the diagonal (guard: disjoint).
    for (let i = max(1, d - m); i <= to; i++) {
      const j = d - i;
      const best = max(
        load<i32>(t + (<usize>((i - 1) * w + j) << 2)),
        load<i32>(t + (<usize>(i * w + j - 1) << 2)),
      );
      store<i32>(
        t + (<usize>(i * w + j) << 2),
        <i32>load<u8>(a + <usize>(i - 1)) == <i32>load<u8>(b + <usize>(j - 1))
          ? load<i32>(t + (<usize>((i - 1) * w + j - 1) << 2)) + 1
          : best,
      );
    }
  }
}
