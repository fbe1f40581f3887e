// Integer sums: wrapping i32, and i32 widened into an i64 accumulator.

export function sum_i32(x: usize, n: i32): i32 {
  let sum = 0;
  // parallel: yes - a wrapping integer sum may be reassociated.
  for (let i = 0; i < n; i++) {
    sum += load<i32>(x + (<usize>i << 2));
  }
  return sum;
}

export function sum_wide(x: usize, n: i32): i64 {
  let sum: i64 = 0;
  // parallel: yes - a wrapping integer sum may be reassociated.
  for (let i = 0; i < n; i++) {
    sum += <i64>load<i32>(x + (<usize>i << 2));
  }
  return sum;
}
