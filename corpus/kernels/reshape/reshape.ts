// Planes of channels to channels of each pixel, and the columns of a convolution, f32.

export function planes_to_pixels(out: usize, x: usize, b: i32, c: i32, h: i32, w: i32): void {
  // parallel: yes - each iteration owns one picture of out (guard: disjoint).
  for (let p = 0; p < b; p++) {
    // parallel: yes - each iteration owns one channel.
    for (let q = 0; q < c; q++) {
      // parallel: yes - each iteration owns one row of it.
      for (let i = 0; i < h; i++) {
        // parallel: yes - each iteration owns one element.
        for (let j = 0; j < w; j++) {
          store<f32>(
            out + (<usize>(((p * h + i) * w + j) * c + q) << 2),
            load<f32>(x + (<usize>(((p * c + q) * h + i) * w + j) << 2)),
          );
        }
      }
    }
  }
}

export function im2col(out: usize, x: usize, h: i32, w: i32): void {
  // parallel: yes - each iteration owns three rows of out (guard: disjoint).
  for (let y = 0; y < 3; y++) {
    // parallel: yes - each iteration owns one row of out.
    for (let z = 0; z < 3; z++) {
      // parallel: yes - each iteration owns a part of that row.
      for (let i = 0; i < h; i++) {
        // parallel: yes - each iteration owns one element.
        for (let j = 0; j < w; j++) {
          store<f32>(
            out + (<usize>(((3 * y + z) * h + i) * w + j) << 2),
            load<f32>(x + (<usize>((i + y) * (w + 2) + j + z) << 2)),
          );
        }
      }
    }
  }
}
