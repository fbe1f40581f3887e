// Integer sums over pairs: the dot product of i16, and the sum of absolute differences of u8.

export function dot_i16(a: usize, b: usize, n: i32): i32 {
  let sum = 0;
  // parallel: yes - a wrapping integer sum may be reassociated.
  for (let i = 0; i < n; i++) {
    sum += <i32>load<i16>(a + (<usize>i << 1)) * <i32>load<i16>(b + (<usize>i << 1));
  }
  return sum;
}

export function differences_u8(a: usize, b: usize, n: i32): u32 {
  let sum: u32 = 0;
  // parallel: yes - a wrapping integer sum may be reassociated.
  for (let i = 0; i < n; i++) {
    sum += <u32>abs(<i32>load<u8>(a + <usize>i) - <i32>load<u8>(b + <usize>i));
  }
  return sum;
}
