// C += A B over f64 in tiles of 8 x 8; the sizes are multiples of 8.

export function gemm_tiled(c: usize, a: usize, b: usize, n: i32, m: i32, k: i32): void {
  const p = 8 * m;
  const q = 8 * k;
  // parallel: yes - each iteration owns eight rows of c (guard: c is disjoint from a and b).
  for (let i = 0; i < 8 * n; i += 8) {
    // parallel: yes - each iteration owns one tile of c.
    for (let j = 0; j < p; j += 8) {
      // parallel: no - each iteration adds to the same tile.
      for (let l = 0; l < q; l += 8) {
        // parallel: yes - each iteration owns one row of the tile.
        for (let x = i; x < i + 8; x++) {
          // parallel: no - each iteration adds to the same row.
          for (let z = l; z < l + 8; z++) {
            // parallel: yes - each iteration owns one element.
            for (let y = j; y < j + 8; y++) {
              store<f64>(
                c + (<usize>(x * p + y) << 3),
                load<f64>(c + (<usize>(x * p + y) << 3)) +
                  load<f64>(a + (<usize>(x * q + z) << 3)) * load<f64>(b + (<usize>(z * p + y) << 3)),
              );
            }
          }
        }
      }
    }
  }
}
