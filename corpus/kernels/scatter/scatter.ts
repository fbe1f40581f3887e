// out[index[i]] = in[i]: writes through an index array; what points outside is left out.

export function scatter(out: usize, input: usize, index: usize, n: i32, m: u32): void {
  // parallel: no - two iterations may write the same element, and the last one must win.
  for (let i = 0; i < n; i++) {
    const at = load<u32>(index + (<usize>i << 2));
    if (at < m) {
      store<f64>(out + (<usize>at << 3), load<f64>(input + (<usize>i << 3)));
    }
  }
}
