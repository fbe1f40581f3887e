// A Fourier transform of 2^k complex f32 in place, from bit-reversed order; the twiddles are in a table.

export function fft(re: usize, im: usize, wr: usize, wi: usize, n: i32): void {
  // parallel: no - every pass needs the pass before.
  for (let half = 1; half < n; half *= 2) {
    // parallel: yes - each iteration owns one block (guard: the four arrays are disjoint).
    for (let b = 0; b < n; b += 2 * half) {
      // parallel: yes - each iteration owns the k-th number of both halves.
      for (let k = 0; k < half; k++) {
        const p = b + k;
        const q = p + half;
        const w = k * (n / 2 / half);
        const tr =
          load<f32>(wr + (<usize>w << 2)) * load<f32>(re + (<usize>q << 2)) -
          load<f32>(wi + (<usize>w << 2)) * load<f32>(im + (<usize>q << 2));
        const ti =
          load<f32>(wr + (<usize>w << 2)) * load<f32>(im + (<usize>q << 2)) +
          load<f32>(wi + (<usize>w << 2)) * load<f32>(re + (<usize>q << 2));
        store<f32>(re + (<usize>q << 2), load<f32>(re + (<usize>p << 2)) - tr);
        store<f32>(im + (<usize>q << 2), load<f32>(im + (<usize>p << 2)) - ti);
        store<f32>(re + (<usize>p << 2), load<f32>(re + (<usize>p << 2)) + tr);
        store<f32>(im + (<usize>p << 2), load<f32>(im + (<usize>p << 2)) + ti);
      }
    }
  }
}
