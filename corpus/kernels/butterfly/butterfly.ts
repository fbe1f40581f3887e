// One pass of a Fourier transform, in place: each block of 2 x half numbers combines its halves with the same twiddles.

export function butterfly(re: usize, im: usize, wr: usize, wi: usize, blocks: i32, half: i32): void {
  const across = <usize>half << 3;
  // parallel: yes - each iteration owns one block of re and im (guard: the four arrays are disjoint).
  for (let b = 0; b < blocks; b++) {
    // parallel: yes - each iteration owns the k-th number of both halves.
    for (let k = 0; k < half; k++) {
      const r = re + (<usize>(2 * b * half + k) << 3);
      const m = im + (<usize>(2 * b * half + k) << 3);
      const cr = load<f64>(wr + (<usize>k << 3));
      const ci = load<f64>(wi + (<usize>k << 3));
      const tr = cr * load<f64>(r + across) - ci * load<f64>(m + across);
      const ti = cr * load<f64>(m + across) + ci * load<f64>(r + across);
      store<f64>(r + across, load<f64>(r) - tr);
      store<f64>(m + across, load<f64>(m) - ti);
      store<f64>(r, load<f64>(r) + tr);
      store<f64>(m, load<f64>(m) + ti);
    }
  }
}
