// One step of heat diffusion over the inside of a nx x ny x nz box of f32, seven points.

export function heat3d(out: usize, input: usize, nx: i32, ny: i32, nz: i32): void {
  const row = <usize>nz << 2;
  const plane = <usize>(ny * nz) << 2;
  // parallel: yes - each iteration owns one plane of out; input is only read (guard: disjoint).
  for (let i = 1; i < nx - 1; i++) {
    // parallel: yes - each iteration owns one row of out.
    for (let j = 1; j < ny - 1; j++) {
      // parallel: yes - each iteration owns one cell of out.
      for (let k = 1; k < nz - 1; k++) {
        const at = <usize>i * plane + <usize>j * row + (<usize>k << 2);
        const p = input + at;
        const sides = load<f32>(p - 4) + load<f32>(p + 4) + load<f32>(p - row) + load<f32>(p + row);
        const around = sides + load<f32>(p - plane) + load<f32>(p + plane);
        store<f32>(out + at, load<f32>(p) + <f32>0.125 * (around - <f32>6.0 * load<f32>(p)));
      }
    }
  }
}
