// Grey dilation and erosion: the largest of 3 x 3 pixels, the smallest of a cross.

export function dilate(out: StaticArray<u8>, src: StaticArray<u8>, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 1; i < rows - 1; i++) {
    // parallel: yes - each iteration owns one pixel of out.
    for (let j = 1; j < cols - 1; j++) {
      let top = 0;
      // parallel: yes - an integer maximum is associative and commutative.
      for (let y = -1; y <= 1; y++) {
        // parallel: yes - an integer maximum is associative and commutative.
        for (let x = -1; x <= 1; x++) {
          top = max(top, <i32>unchecked(src[(i + y) * cols + j + x]));
        }
      }
      unchecked((out[i * cols + j] = <u8>top));
    }
  }
}

export function erode(out: StaticArray<u8>, src: StaticArray<u8>, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 1; i < rows - 1; i++) {
    // parallel: yes - each iteration owns one pixel of out.
    for (let j = 1; j < cols - 1; j++) {
      const at = i * cols + j;
      const across = min(<i32>unchecked(src[at - 1]), <i32>unchecked(src[at + 1]));
      unchecked(
        (out[at] = <u8>(
          min(min(<i32>unchecked(src[at]), across), min(<i32>unchecked(src[at - cols]), <i32>unchecked(src[at + cols])))
        )),
      );
    }
  }
}
