// A stencil of 3 x 3 x 3 cells with weights, f32.

export function stencil27(out: usize, src: usize, w: usize, nx: i32, ny: i32, nz: i32): void {
  // parallel: yes - each iteration owns one plane of out (guard: out is disjoint from src and w).
  for (let i = 1; i < nx - 1; i++) {
    // parallel: yes - each iteration owns one row of out.
    for (let j = 1; j < ny - 1; j++) {
      // parallel: yes - each iteration owns one cell of out.
      for (let k = 1; k < nz - 1; k++) {
        let sum: f32 = 0;
        // parallel: no - a float sum keeps its order.
        for (let x = 0; x < 3; x++) {
          // parallel: no - a float sum keeps its order.
          for (let y = 0; y < 3; y++) {
            // parallel: no - a float sum keeps its order.
            for (let z = 0; z < 3; z++) {
              sum +=
                load<f32>(w + (<usize>(9 * x + 3 * y + z) << 2)) *
                load<f32>(src + (<usize>(((i + x - 1) * ny + j + y - 1) * nz + k + z - 1) << 2));
            }
          }
        }
        store<f32>(out + (<usize>((i * ny + j) * nz + k) << 2), sum);
      }
    }
  }
}
