// Differences on a ring of i32, whose neighbours are found by remainders.

export function ring(out: usize, src: usize, n: i32, reach: i32): void {
  // parallel: yes - each iteration owns out[i]; where it reads is a remainder (guard: disjoint).
  for (let i = 0; i < n; i++) {
    store<i32>(
      out + (<usize>i << 2),
      load<i32>(src + (<usize>(<u32>(i + reach) % <u32>n) << 2)) - load<i32>(src + (<usize>i << 2)),
    );
  }
}
