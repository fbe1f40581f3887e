// The transpose of a matrix of u16 in tiles of 4 x 4; the sizes are multiples of 4.

export function blocks(out: StaticArray<u16>, x: StaticArray<u16>, n: i32, m: i32): void {
  const rows = 4 * n;
  const cols = 4 * m;
  // parallel: yes - each iteration owns four columns of out (guard: disjoint).
  for (let i = 0; i < rows; i += 4) {
    // parallel: yes - each iteration owns one tile.
    for (let j = 0; j < cols; j += 4) {
      // parallel: yes - each iteration owns one column of the tile.
      for (let y = i; y < i + 4; y++) {
        // parallel: yes - each iteration owns one element.
        for (let z = j; z < j + 4; z++) {
          unchecked((out[z * rows + y] = <u16>(<i32>unchecked(x[y * cols + z]))));
        }
      }
    }
  }
}
