// Sorts bytes with their numbers by counting: counts, sums, places.

export function countsort(order: usize, x: usize, bins: usize, n: i32): void {
  // parallel: yes - each iteration owns bins[k].
  for (let k = 0; k < 256; k++) {
    store<u32>(bins + (<usize>k << 2), 0);
  }
  // parallel: yes - only as commutative integer updates whose old value nobody sees; plain stores would race.
  for (let i = 0; i < n; i++) {
    const bin = <i32>load<u8>(x + <usize>i);
    store<u32>(bins + (<usize>bin << 2), load<u32>(bins + (<usize>bin << 2)) + 1);
  }
  let sum: u32 = 0;
  // parallel: no - every sum needs the one before.
  for (let k = 0; k < 256; k++) {
    const count = load<u32>(bins + (<usize>k << 2));
    store<u32>(bins + (<usize>k << 2), sum);
    sum += count;
  }
  // parallel: no - where an element goes depends on the ones before.
  for (let i = 0; i < n; i++) {
    const bin = <i32>load<u8>(x + <usize>i);
    const at = load<u32>(bins + (<usize>bin << 2));
    store<u32>(order + (<usize>at << 2), i);
    store<u32>(bins + (<usize>bin << 2), at + 1);
  }
}
