// Whether an array of i32 is in order, and how long the run of equal elements is that ends at each.

export function ordered_until(x: usize, n: i32): i32 {
  // parallel: no - the first break of order ends the search.
  for (let i = 1; i < n; i++) {
    if (load<i32>(x + (<usize>(i - 1) << 2)) > load<i32>(x + (<usize>i << 2))) {
      return i;
    }
  }
  return n;
}

export function runs(out: usize, x: usize, n: i32): void {
  let run = 0;
  // parallel: no - every run goes on from the one before.
  for (let i = 0; i < n; i++) {
    run = i > 0 && load<i32>(x + (<usize>i << 2)) == load<i32>(x + (<usize>(i - 1) << 2)) ? run + 1 : 1;
    store<i32>(out + (<usize>i << 2), run);
  }
}
