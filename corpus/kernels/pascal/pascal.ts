// Pascal's triangle modulo 2^64, row by row.

export function pascal(t: usize, n: i32): void {
  store<u64>(t, 1);
  // parallel: no - every row needs the row above.
  for (let i = 1; i < n; i++) {
    store<u64>(t + (<usize>(i * n) << 3), 1);
    store<u64>(t + (<usize>(i * n + i) << 3), 1);
    // parallel: yes - each iteration owns one element of the new row.
    for (let j = 1; j < i; j++) {
      store<u64>(
        t + (<usize>(i * n + j) << 3),
        load<u64>(t + (<usize>((i - 1) * n + j - 1) << 3)) + load<u64>(t + (<usize>((i - 1) * n + j) << 3)),
      );
    }
  }
}
