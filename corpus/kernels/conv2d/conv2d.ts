// A layer of convolutions, f32: m filters of c channels and 3 x 3 weights over an image of (rows + 2) x (cols + 2).

export function conv2d(out: usize, x: usize, w: usize, m: i32, rows: i32, cols: i32, c: i32): void {
  const pitch = cols + 2;
  const plane = (rows + 2) * pitch;
  // parallel: yes - each iteration owns one plane of out (guard: out is disjoint from x and w).
  for (let f = 0; f < m; f++) {
    // parallel: yes - each iteration owns one row of out.
    for (let i = 0; i < rows; i++) {
      // parallel: yes - each iteration owns one element of out.
      for (let j = 0; j < cols; j++) {
        let sum: f32 = 0;
        // parallel: no - a float sum keeps its order.
        for (let k = 0; k < c; k++) {
          // parallel: no - a float sum keeps its order.
          for (let y = 0; y < 3; y++) {
            // parallel: no - a float sum keeps its order.
            for (let z = 0; z < 3; z++) {
              sum +=
                load<f32>(w + (<usize>(9 * (f * c + k) + 3 * y + z) << 2)) *
                load<f32>(x + (<usize>(k * plane + (i + y) * pitch + j + z) << 2));
            }
          }
        }
        store<f32>(out + (<usize>((f * rows + i) * cols + j) << 2), sum);
      }
    }
  }
}
