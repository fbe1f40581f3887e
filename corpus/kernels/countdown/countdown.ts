// Loops that count down to zero: a test at the end, a test at the start.

export function down_do(x: usize, n: i32, a: f32): void {
  let i = n;
  // parallel: yes - each iteration owns one element.
  do {
    i--;
    store<f32>(x + (<usize>i << 2), load<f32>(x + (<usize>i << 2)) * a);
  } while (i > 0);
}

export function down_while(out: usize, x: usize, n: i32): void {
  // parallel: yes - each iteration owns one element of out (guard: out and x are the same or disjoint).
  while (n-- > 0) {
    store<i32>(out + (<usize>n << 2), load<i32>(x + (<usize>n << 2)) * 3 + n);
  }
}
