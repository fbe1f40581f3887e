// Prices of American options by a binomial tree of 16 steps, which lies in a small array of the iteration's own, f64.

export function binomial(price: usize, spot: usize, strike: usize, n: i32, up: f64, p: f64): void {
  const tree = memory.data(136, 8);
  // parallel: yes - each iteration owns price[i]; the small array is written before it is read (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const k0 = load<f64>(strike + (<usize>i << 3));
    let low = load<f64>(spot + (<usize>i << 3));
    // parallel: no - every spot price needs the one before.
    for (let k = 0; k < 17; k++) {
      store<f64>(tree + (<usize>k << 3), k0 > low ? k0 - low : 0);
      low *= up;
    }
    // parallel: no - every step needs the step before.
    for (let t = 15; t >= 0; t--) {
      let s = load<f64>(spot + (<usize>i << 3));
      // parallel: no - each element is overwritten with its neighbour's old value, and the spot price goes up
      // from one to the next.
      for (let k = 0; k <= t; k++) {
        const at = tree + (<usize>k << 3);
        const hold = p * load<f64>(at, 8) + (1.0 - p) * load<f64>(at);
        const now = k0 - s;
        store<f64>(at, hold > now ? hold : now);
        s *= up;
      }
    }
    store<f64>(price + (<usize>i << 3), load<f64>(tree));
  }
}
