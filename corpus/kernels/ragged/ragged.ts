// Sums of rows of unequal length, one after the other, by the starts of the rows.

export function ragged(out: usize, start: usize, x: usize, n: i32, m: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out is disjoint from start and x).
  for (let i = 0; i < n; i++) {
    const to = load<u32>(start + (<usize>(i + 1) << 2));
    let sum = 0;
    // parallel: yes - a wrapping integer sum may be reassociated.
    for (let p = load<u32>(start + (<usize>i << 2)); p < to; p++) {
      sum += load<i32>(x + (<usize>p << 2));
    }
    store<i32>(out + (<usize>i << 2), sum);
  }
}
