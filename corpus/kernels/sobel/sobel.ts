// Edge strength by the two Sobel filters, |gx| + |gy| cut off at 255, u8; the rim of `out` is left alone.

// @ts-ignore: decorator
@inline
function pixel(p: usize): i32 {
  return <i32>load<u8>(p);
}

export function sobel(out: usize, input: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out; input is only read (guard: disjoint).
  for (let i = 1; i < rows - 1; i++) {
    // parallel: yes - each iteration owns one byte of out.
    for (let j = 1; j < cols - 1; j++) {
      const row = input + <usize>(i * cols + j);
      const above = row - <usize>cols;
      const below = row + <usize>cols;
      const gx = pixel(above + 1) - pixel(above - 1) + 2 * (pixel(row + 1) - pixel(row - 1)) + pixel(below + 1) - pixel(below - 1);
      const gy = pixel(below - 1) - pixel(above - 1) + 2 * (pixel(below) - pixel(above)) + pixel(below + 1) - pixel(above + 1);
      store<u8>(out + <usize>(i * cols + j), <u8>min(abs(gx) + abs(gy), 255));
    }
  }
}
