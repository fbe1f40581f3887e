// A filter of eight fixed taps that keeps every second sample, f32; `input` has 2 n + 6 elements.

export function fir8(out: usize, input: usize, w: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out is disjoint from input and w).
  for (let i = 0; i < n; i++) {
    let sum: f32 = 0;
    // parallel: no - a float sum keeps its order; eight steps, usually unrolled.
    for (let k = 0; k < 8; k++) {
      sum += load<f32>(w + (<usize>k << 2)) * load<f32>(input + (<usize>(2 * i + k) << 2));
    }
    store<f32>(out + (<usize>i << 2), sum);
  }
}
