// Level 1: sums of magnitudes and of squares of f32, scaling at a runtime stride, f64.

export function asum(x: StaticArray<f32>, n: i32): f32 {
  let sum: f32 = 0;
  // parallel: no - a float sum keeps its order.
  for (let i = 0; i < n; i++) {
    sum += abs<f32>(unchecked(x[i]));
  }
  return sum;
}

export function nrm2(x: StaticArray<f32>, n: i32): f64 {
  let sum: f64 = 0;
  // parallel: no - a float sum keeps its order.
  for (let i = 0; i < n; i++) {
    const v = <f64>unchecked(x[i]);
    sum += v * v;
  }
  return sqrt<f64>(sum);
}

export function scal(x: StaticArray<f64>, n: i32, a: f64, sx: i32): void {
  // parallel: yes - each iteration owns x[i * sx] (guard: sx is not zero).
  for (let i = 0; i < n; i++) {
    unchecked((x[i * sx] = unchecked(x[i * sx]) * a));
  }
}
