// Overlapping updates of one i32 array: each element from the one before it, and from a runtime distance.

export function shift_one(a: usize, n: i32): void {
  // parallel: no - a[i] needs the a[i - 1] of the iteration before, through memory.
  for (let i = 1; i < n; i++) {
    const at = a + (<usize>i << 2);
    store<u32>(at, load<u32>(at - 4) * 3 + 1);
  }
}

export function shift_by(a: usize, n: i32, distance: i32): void {
  const back = <usize>distance << 2;
  // parallel: no - the distance decides; only a guard that the two ranges are disjoint would make it so.
  for (let i = distance; i < n; i++) {
    const at = a + (<usize>i << 2);
    store<u32>(at, load<u32>(at - back) + 1);
  }
}
