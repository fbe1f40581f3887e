// The best values of a knapsack for each capacity below m, i32: in place from the top, and by rows of their own.

export function knapsack_place(best: usize, weight: usize, value: usize, n: i32, m: i32): void {
  // parallel: no - every item needs the results of the items before.
  for (let i = 0; i < n; i++) {
    const w = load<i32>(weight + (<usize>i << 2));
    // parallel: no - an element is written after one further up has read it, which the order assures.
    for (let c = m - 1; c >= w; c--) {
      store<i32>(
        best + (<usize>c << 2),
        max(
          load<i32>(best + (<usize>c << 2)),
          load<i32>(best + (<usize>(c - w) << 2)) + load<i32>(value + (<usize>i << 2)),
        ),
      );
    }
  }
}

export function knapsack_rows(best: usize, weight: usize, value: usize, n: i32, m: i32): void {
  // parallel: no - every row needs the row above.
  for (let i = 0; i < n; i++) {
    const w = load<i32>(weight + (<usize>i << 2));
    // parallel: yes - each iteration owns one element of the new row (guard: disjoint).
    for (let c = 0; c < m; c++) {
      let v = load<i32>(best + (<usize>(i * m + c) << 2));
      if (c >= w) {
        v = max(v, load<i32>(best + (<usize>(i * m + c - w) << 2)) + load<i32>(value + (<usize>i << 2)));
      }
      store<i32>(best + (<usize>((i + 1) * m + c) << 2), v);
    }
  }
}
