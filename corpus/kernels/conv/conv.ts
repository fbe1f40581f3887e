// A one-dimensional convolution of f32 with a runtime number of taps; `input` has n + taps - 1 elements.

export function conv(out: usize, input: usize, w: usize, n: i32, taps: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out is disjoint from input and w).
  for (let i = 0; i < n; i++) {
    let sum: f32 = 0;
    // parallel: no - a float sum keeps its order.
    for (let k = 0; k < taps; k++) {
      sum += load<f32>(w + (<usize>k << 2)) * load<f32>(input + (<usize>(i + k) << 2));
    }
    store<f32>(out + (<usize>i << 2), sum);
  }
}
