// Exchanges the two halves of an array of 2 n elements, and turns an array round in place, i64.

export function swap_halves(x: usize, n: i32): void {
  // parallel: yes - each iteration owns x[i] and x[n + i], because i stays below n.
  for (let i = 0; i < n; i++) {
    const t = load<i64>(x + (<usize>i << 3));
    store<i64>(x + (<usize>i << 3), load<i64>(x + (<usize>(n + i) << 3)));
    store<i64>(x + (<usize>(n + i) << 3), t);
  }
}

export function turn(x: usize, n: i32): void {
  // parallel: yes - each iteration owns x[i] and its mirror image, because i stays in the first half.
  for (let i = 0; i < n / 2; i++) {
    const t = load<i64>(x + (<usize>i << 3));
    store<i64>(x + (<usize>i << 3), load<i64>(x + (<usize>(n - 1 - i) << 3)));
    store<i64>(x + (<usize>(n - 1 - i) << 3), t);
  }
}
