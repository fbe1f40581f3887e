// Sorts one array of i32 in place by rounds of odd and even exchanges.

export function oddeven(x: StaticArray<i32>, n: i32): void {
  // parallel: no - every round needs the round before.
  for (let r = 0; r < n; r++) {
    // parallel: yes - each iteration owns two neighbours.
    for (let k = r & 1; k < n - 1; k += 2) {
      const a = unchecked(x[k]);
      const b = unchecked(x[k + 1]);
      unchecked((x[k] = min(a, b)));
      unchecked((x[k + 1] = max(a, b)));
    }
  }
}
