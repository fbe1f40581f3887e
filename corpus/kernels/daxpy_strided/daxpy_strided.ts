// y += a * x over f64 with runtime strides. As in BLAS, a negative stride starts at the far end, so both
// pointers name the lowest address of their vector.

export function daxpy_strided(y: usize, x: usize, n: i32, a: f64, sy: i32, sx: i32): void {
  let py = y + <usize>((sy < 0 ? (1 - n) * sy : 0) << 3);
  let px = x + <usize>((sx < 0 ? (1 - n) * sx : 0) << 3);
  // parallel: yes - y is written at a runtime stride (guards: sy is not 0, y and x don't overlap across iterations).
  for (let i = 0; i < n; i++) {
    store<f64>(py, load<f64>(py) + a * load<f64>(px));
    py += <usize>(sy << 3);
    px += <usize>(sx << 3);
  }
}
