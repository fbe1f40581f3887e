// c = a + b over i32, wrapping.

export function vadd(c: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns c[i]; a and b are only read.
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 2;
    store<i32>(c + at, load<i32>(a + at) + load<i32>(b + at));
  }
}
