// y += a * x over arrays that know their lengths, f64: an index past either end traps.

export function checked(y: usize, leny: i32, x: usize, lenx: i32, n: i32, a: f64): void {
  // parallel: yes - each iteration owns y[i]; a failing check is a bail (guard: y is the same as x or disjoint).
  for (let i = 0; i < n; i++) {
    if (i >= leny || i >= lenx) {
      unreachable();
    }
    const p = y + (<usize>i << 3);
    store<f64>(p, load<f64>(p) + a * load<f64>(x + (<usize>i << 3)));
  }
}
