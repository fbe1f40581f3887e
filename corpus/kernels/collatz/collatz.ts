// How many Collatz steps lead from each number to 1, at most `limit`.

export function collatz(steps: usize, start: usize, n: i32, limit: i32): void {
  // parallel: yes - each iteration owns steps[i]; the inner loop stays inside it (guard: disjoint).
  for (let i = 0; i < n; i++) {
    let v: u64 = load<u32>(start + (<usize>i << 2));
    let k = 0;
    // parallel: no - every step needs the one before, and the number of steps depends on the data.
    while (v > 1 && k < limit) {
      v = v & 1 ? 3 * v + 1 : v >> 1;
      k++;
    }
    store<i32>(steps + (<usize>i << 2), k);
  }
}
