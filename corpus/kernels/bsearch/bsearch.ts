// For each of n keys the number of elements of a sorted table of i32 that lie below it, by halving.

export function bsearch(out: usize, keys: usize, table: usize, n: i32, m: i32): void {
  // parallel: yes - each iteration owns out[i]; what the search picks is only read (guard: out is disjoint from
  // keys and table).
  for (let i = 0; i < n; i++) {
    let low = 0;
    let high = m;
    // parallel: no - every step halves what the one before has left.
    while (low < high) {
      const mid = (low + high) >> 1;
      if (load<i32>(table + (<usize>mid << 2)) < load<i32>(keys + (<usize>i << 2))) {
        low = mid + 1;
      } else {
        high = mid;
      }
    }
    store<i32>(out + (<usize>i << 2), low);
  }
}
