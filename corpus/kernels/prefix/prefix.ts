// Inclusive prefix sum of i32.

export function prefix(out: usize, input: usize, n: i32): i32 {
  let sum = 0;
  // parallel: no - every iteration stores the running sum, so the accumulator has another use.
  for (let i = 0; i < n; i++) {
    sum += load<i32>(input + (<usize>i << 2));
    store<i32>(out + (<usize>i << 2), sum);
  }
  return sum;
}
