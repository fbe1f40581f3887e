// A five-point stencil of a line with weights from an array, f32.

export function stencil5(out: usize, src: usize, w: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i]; src and w are only read (guard: disjoint).
  for (let i = 2; i < n - 2; i++) {
    const left =
      load<f32>(w) * load<f32>(src + (<usize>(i - 2) << 2)) +
      load<f32>(w, 4) * load<f32>(src + (<usize>(i - 1) << 2));
    store<f32>(
      out + (<usize>i << 2),
      left +
        load<f32>(w, 8) * load<f32>(src + (<usize>i << 2)) +
        load<f32>(w, 12) * load<f32>(src + (<usize>(i + 1) << 2)) +
        load<f32>(w, 16) * load<f32>(src + (<usize>(i + 2) << 2)),
    );
  }
}
