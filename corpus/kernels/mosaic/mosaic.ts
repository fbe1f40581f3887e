// Replaces each block of 8 x 8 pixels of a grey image by its mean.

export function mosaic(p: usize, rows: i32, cols: i32): void {
  const pitch = 8 * cols;
  // parallel: yes - each iteration owns eight rows.
  for (let i = 0; i < rows; i++) {
    // parallel: yes - each iteration owns one block.
    for (let j = 0; j < cols; j++) {
      let sum = 32;
      // parallel: yes - a wrapping integer sum may be reassociated.
      for (let y = 0; y < 8; y++) {
        // parallel: yes - a wrapping integer sum may be reassociated.
        for (let x = 0; x < 8; x++) {
          sum += <i32>load<u8>(p + <usize>((8 * i + y) * pitch + 8 * j + x));
        }
      }
      // parallel: yes - each iteration owns one row of the block.
      for (let y = 0; y < 8; y++) {
        // parallel: yes - each iteration owns one pixel.
        for (let x = 0; x < 8; x++) {
          store<u8>(p + <usize>((8 * i + y) * pitch + 8 * j + x), sum >> 6);
        }
      }
    }
  }
}
