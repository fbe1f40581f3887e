// Elements through small functions that the compiler is told not to inline.

// @ts-ignore: decorator
@noinline
function bend(x: f64, a: f64): f64 {
  return x < 0 ? a * x : x + a;
}

// @ts-ignore: decorator
@noinline
function mix(x: u32): u32 {
  return (x ^ (x >> 15)) * 0x2c1b3c6d;
}

export function bend_all(x: usize, n: i32, a: f64): void {
  // parallel: yes - each iteration owns x[i]; the function only computes.
  for (let i = 0; i < n; i++) {
    store<f64>(x + (<usize>i << 3), bend(load<f64>(x + (<usize>i << 3)), a));
  }
}

export function mix_all(out: usize, x: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i]; the function only computes (guard: out and x are the same or
  // disjoint).
  for (let i = 0; i < n; i++) {
    store<u32>(out + (<usize>i << 2), mix(load<u32>(x + (<usize>i << 2))) + mix(load<u32>(x + (<usize>i << 2)) + 1));
  }
}
