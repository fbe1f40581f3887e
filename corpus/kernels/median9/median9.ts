// The median of 3 x 3 pixels: the nine are sorted in a small array of the iteration's own.

export function median9(out: usize, src: usize, rows: i32, cols: i32): void {
  const near = memory.data(9);
  // parallel: yes - each iteration owns one row of out; the small array is written before it is read (guard:
  // disjoint).
  for (let i = 1; i < rows - 1; i++) {
    // parallel: yes - each iteration owns one pixel of out.
    for (let j = 1; j < cols - 1; j++) {
      // parallel: yes - each iteration owns three elements of the small array.
      for (let y = 0; y < 3; y++) {
        // parallel: yes - each iteration owns one element.
        for (let x = 0; x < 3; x++) {
          store<u8>(near + 3 * y + x, <i32>load<u8>(src + <usize>((i + y - 1) * cols + j + x - 1)));
        }
      }
      // parallel: no - insertion sort: each step needs the elements in order so far.
      for (let k = 1; k < 9; k++) {
        const v = load<u8>(near + k);
        let at = near + k;
        // parallel: no - elements move up until the place is found.
        while (at > near && load<u8>(at - 1) > v) {
          store<u8>(at, load<u8>(at - 1));
          at--;
        }
        store<u8>(at, v);
      }
      store<u8>(out + <usize>(i * cols + j), load<u8>(near, 4));
    }
  }
}
