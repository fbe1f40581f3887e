// Signed quotient and remainder of i32; a zero divisor traps, and so does the smallest integer / -1.

export function div_i32(c: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns c[i]; the trap is a bail.
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 2;
    store<i32>(c + at, load<i32>(a + at) / load<i32>(b + at));
  }
}

export function rem_i32(c: usize, a: usize, b: usize, n: i32): void {
  // parallel: yes - each iteration owns c[i]; the trap is a bail.
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 2;
    store<i32>(c + at, load<i32>(a + at) % load<i32>(b + at));
  }
}
