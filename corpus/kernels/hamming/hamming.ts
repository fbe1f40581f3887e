// In how many bits two arrays of i64 differ.

export function hamming(a: usize, b: usize, n: i32): i64 {
  let sum: i64 = 0;
  // parallel: yes - an integer sum may be reassociated.
  for (let i = 0; i < n; i++) {
    sum += popcnt<i64>(load<i64>(a + (<usize>i << 3)) ^ load<i64>(b + (<usize>i << 3)));
  }
  return sum;
}
