// Sorts each row of i32 in place by a network: rows of eight by odd and even exchanges, rows of sixteen bitonically.

export function odd_even8(x: usize, n: i32): void {
  // parallel: yes - each iteration owns one row.
  for (let i = 0; i < n; i++) {
    // parallel: no - every round needs the round before.
    for (let r = 0; r < 8; r++) {
      // parallel: yes - each iteration owns two neighbours.
      for (let k = r & 1; k < 7; k += 2) {
        const a = load<i32>(x + (<usize>(8 * i + k) << 2));
        const b = load<i32>(x + (<usize>(8 * i + k + 1) << 2));
        store<i32>(x + (<usize>(8 * i + k) << 2), min(a, b));
        store<i32>(x + (<usize>(8 * i + k + 1) << 2), max(a, b));
      }
    }
  }
}

export function bitonic16(x: usize, n: i32): void {
  // parallel: yes - each iteration owns one row.
  for (let i = 0; i < n; i++) {
    // parallel: no - every stage needs the stage before.
    for (let size = 2; size <= 16; size *= 2) {
      // parallel: no - every pass needs the pass before.
      for (let d = size / 2; d > 0; d /= 2) {
        // parallel: yes - each iteration with k below its partner owns the two; all others do nothing.
        for (let k = 0; k < 16; k++) {
          const l = k ^ d;
          const a = load<i32>(x + (<usize>(16 * i + k) << 2));
          const b = load<i32>(x + (<usize>(16 * i + l) << 2));
          if (l > k && ((k & size) == 0) == a > b) {
            store<i32>(x + (<usize>(16 * i + k) << 2), b);
            store<i32>(x + (<usize>(16 * i + l) << 2), a);
          }
        }
      }
    }
  }
}
