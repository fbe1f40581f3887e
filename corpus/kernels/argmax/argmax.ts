// The place of the first of the largest elements of an i32 array; 0 for an empty one.

export function argmax(x: usize, n: i32): i32 {
  let at = 0;
  let top = i32.MIN_VALUE;
  // parallel: no - the first of the largest elements is wanted, so the order matters.
  for (let i = 0; i < n; i++) {
    const v = load<i32>(x + (<usize>i << 2));
    if (v > top) {
      top = v;
      at = i;
    }
  }
  return at;
}
