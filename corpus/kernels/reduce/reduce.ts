// Integer reductions of an i32 array.

export function xor_i32(x: usize, n: i32): i32 {
  let acc: i32 = 0;
  // parallel: yes - xor of integers is associative and commutative.
  for (let i = 0; i < n; i++) {
    acc ^= load<i32>(x + (<usize>i << 2));
  }
  return acc;
}

export function and_i32(x: usize, n: i32): i32 {
  let acc: i32 = -1;
  // parallel: yes - and of integers is associative and commutative.
  for (let i = 0; i < n; i++) {
    acc &= load<i32>(x + (<usize>i << 2));
  }
  return acc;
}

export function or_i32(x: usize, n: i32): i32 {
  let acc: i32 = 0;
  // parallel: yes - or of integers is associative and commutative.
  for (let i = 0; i < n; i++) {
    acc |= load<i32>(x + (<usize>i << 2));
  }
  return acc;
}

export function min_i32(x: usize, n: i32): i32 {
  let acc: i32 = i32.MAX_VALUE;
  // parallel: yes - min of integers is associative and commutative.
  for (let i = 0; i < n; i++) {
    acc = min<i32>(acc, load<i32>(x + (<usize>i << 2)));
  }
  return acc;
}

export function max_i32(x: usize, n: i32): i32 {
  let acc: i32 = i32.MIN_VALUE;
  // parallel: yes - max of integers is associative and commutative.
  for (let i = 0; i < n; i++) {
    acc = max<i32>(acc, load<i32>(x + (<usize>i << 2)));
  }
  return acc;
}
