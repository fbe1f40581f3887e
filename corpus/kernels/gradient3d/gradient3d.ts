// The length of the gradient in the inside of a box of f32.

export function gradient3d(out: usize, src: usize, nx: i32, ny: i32, nz: i32): void {
  const plane = ny * nz;
  // parallel: yes - each iteration owns one plane of out (guard: disjoint).
  for (let i = 1; i < nx - 1; i++) {
    // parallel: yes - each iteration owns one row of out.
    for (let j = 1; j < ny - 1; j++) {
      // parallel: yes - each iteration owns one cell of out.
      for (let k = 1; k < nz - 1; k++) {
        const at = i * plane + j * nz + k;
        const x = load<f32>(src + (<usize>(at + plane) << 2)) - load<f32>(src + (<usize>(at - plane) << 2));
        const y = load<f32>(src + (<usize>(at + nz) << 2)) - load<f32>(src + (<usize>(at - nz) << 2));
        const z = load<f32>(src + (<usize>(at + 1) << 2)) - load<f32>(src + (<usize>(at - 1) << 2));
        store<f32>(out + (<usize>at << 2), <f32>0.5 * sqrt<f32>(x * x + y * y + z * z));
      }
    }
  }
}
