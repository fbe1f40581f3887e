// The first position of a key in an i32 array, or n.

export function search(x: usize, n: i32, key: i32): i32 {
  let i = 0;
  // parallel: no - the loop leaves early, at a place that the data decides.
  while (i < n && load<i32>(x + (<usize>i << 2)) != key) {
    i++;
  }
  return i;
}
