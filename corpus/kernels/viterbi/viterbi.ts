// The best scores of a hidden Markov chain of m states, f32: one row for each of n steps after the first.

export function viterbi(s: usize, t: usize, e: usize, n: i32, m: i32): void {
  // parallel: no - every row needs the row above.
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one element of the new row (guard: s is disjoint from t and e).
    for (let j = 0; j < m; j++) {
      let best = load<f32>(s + (<usize>(i * m) << 2)) + load<f32>(t + (<usize>j << 2));
      // parallel: yes - a comparison picks the largest; whether a zero is -0 may depend on the order, and then the loop decides.
      for (let k = 1; k < m; k++) {
        const v = load<f32>(s + (<usize>(i * m + k) << 2)) + load<f32>(t + (<usize>(k * m + j) << 2));
        best = v > best ? v : best;
      }
      store<f32>(s + (<usize>((i + 1) * m + j) << 2), best + load<f32>(e + (<usize>(i * m + j) << 2)));
    }
  }
}
