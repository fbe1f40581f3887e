// For each of n points of the plane the number of the nearest of m centres, f32; the first one wins.

export function nearest(out: usize, points: usize, centres: usize, n: i32, m: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const p = points + (<usize>i << 3);
    const x = load<f32>(p);
    const y = load<f32>(p, 4);
    let best: f32 = Infinity;
    let at = 0;
    // parallel: no - the first of the smallest distances is wanted, so the order matters.
    for (let k = 0; k < m; k++) {
      const c = centres + (<usize>k << 3);
      const dx = load<f32>(c) - x;
      const dy = load<f32>(c, 4) - y;
      const d = dx * dx + dy * dy;
      if (d < best) {
        best = d;
        at = k;
      }
    }
    store<i32>(out + (<usize>i << 2), at);
  }
}
