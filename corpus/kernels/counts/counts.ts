// Integer reductions: how many lie above a limit, whether all do, the sum of squares, the product.

export function above(x: usize, n: i32, limit: i32): i32 {
  let count = 0;
  // parallel: yes - a wrapping integer sum may be reassociated.
  for (let i = 0; i < n; i++) {
    if (load<i32>(x + (<usize>i << 2)) > limit) {
      count++;
    }
  }
  return count;
}

export function all_above(x: usize, n: i32, limit: i32): i32 {
  let all = 1;
  // parallel: yes - an integer and is associative and commutative.
  for (let i = 0; i < n; i++) {
    all &= <i32>(<i32>load<i16>(x + (<usize>i << 1)) > limit);
  }
  return all;
}

export function squares(x: usize, n: i32): i64 {
  let sum: i64 = 0;
  // parallel: yes - a wrapping integer sum may be reassociated.
  for (let i = 0; i < n; i++) {
    sum += <i32>load<i16>(x + (<usize>i << 1)) * <i32>load<i16>(x + (<usize>i << 1));
  }
  return sum;
}

export function product(x: usize, n: i32): i32 {
  let p: u32 = 1;
  // parallel: yes - a wrapping integer product may be reassociated.
  for (let i = 0; i < n; i++) {
    p *= load<u32>(x + (<usize>i << 2)) | 1;
  }
  return p;
}
