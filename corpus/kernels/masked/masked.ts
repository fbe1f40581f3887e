// Stores a * x where the mask is set, f64.

export function masked(out: StaticArray<f64>, x: StaticArray<f64>, mask: StaticArray<u8>, n: i32, a: f64): void {
  // parallel: yes - each iteration owns out[i]; some leave it alone (guard: out is disjoint from mask, the same
  // as x or disjoint).
  for (let i = 0; i < n; i++) {
    if (<i32>unchecked(mask[i])) {
      unchecked((out[i] = a * unchecked(x[i])));
    }
  }
}
