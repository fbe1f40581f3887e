// A recursive filter of second order on m channels of n samples each, in place, f32.

export function biquad(x: usize, m: i32, n: i32, a: f32, b: f32): void {
  // parallel: yes - each iteration owns one channel and starts from rest.
  for (let c = 0; c < m; c++) {
    let last: f32 = 0;
    let older: f32 = 0;
    // parallel: no - every sample needs the two before.
    for (let i = 0; i < n; i++) {
      const v = load<f32>(x + (<usize>(c * n + i) << 2)) + a * last + b * older;
      older = last;
      last = v;
      store<f32>(x + (<usize>(c * n + i) << 2), v);
    }
  }
}
