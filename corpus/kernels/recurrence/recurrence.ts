// Recurrences: x[i] from x[i - 1] and from x[i - 4], f64, and the numbers of a linear congruential generator.

export function first_order(x: StaticArray<f64>, n: i32, a: f64): void {
  // parallel: no - every element needs the one before.
  for (let i = 1; i < n; i++) {
    unchecked((x[i] = unchecked(x[i]) + a * unchecked(x[i - 1])));
  }
}

export function fourth(x: StaticArray<f64>, n: i32, a: f64): void {
  // parallel: no - every element needs the one four places before.
  for (let i = 4; i < n; i++) {
    unchecked((x[i] = unchecked(x[i]) + a * unchecked(x[i - 4])));
  }
}

export function congruential(out: StaticArray<u32>, n: i32, seed: i32): i32 {
  let s: u32 = seed;
  // parallel: no - every number needs the one before.
  for (let i = 0; i < n; i++) {
    s = s * 1664525 + 1013904223;
    unchecked((out[i] = s >> 8));
  }
  return s;
}
