// Bilinear resizing in 16.16 fixed point; the source has one row and one column more than the steps reach.

export function resize(out: usize, src: usize, rows: i32, cols: i32, step: i32): void {
  const pitch = 2 * cols + 1;
  // parallel: yes - each iteration owns one row of out (guard: disjoint).
  for (let i = 0; i < rows; i++) {
    const y = i * step;
    const fy = (y >> 8) & 255;
    // parallel: yes - each iteration owns one pixel of out; where it reads follows from the step.
    for (let j = 0; j < cols; j++) {
      const x = j * step;
      const fx = (x >> 8) & 255;
      const at = (y >> 16) * pitch + (x >> 16);
      const upper = <i32>load<u8>(src + <usize>at) * (256 - fx) + <i32>load<u8>(src + <usize>(at + 1)) * fx;
      const lower =
        <i32>load<u8>(src + <usize>(at + pitch)) * (256 - fx) + <i32>load<u8>(src + <usize>(at + pitch + 1)) * fx;
      store<u8>(out + <usize>(i * cols + j), (upper * (256 - fy) + lower * fy + 32768) >> 16);
    }
  }
}
