// One generation of the Game of Life on the inside of a grid of bytes 0 and 1.

// @ts-ignore: decorator
@inline
function three(middle: usize): u32 {
  return <u32>load<u8>(middle - 1) + <u32>load<u8>(middle) + <u32>load<u8>(middle + 1);
}

export function life(out: usize, input: usize, rows: i32, cols: i32): void {
  // parallel: yes - each iteration owns one row of out; input is only read (guard: disjoint).
  for (let i = 1; i < rows - 1; i++) {
    // parallel: yes - each iteration owns one cell.
    for (let j = 1; j < cols - 1; j++) {
      const at = <usize>(i * cols + j);
      const row = input + at;
      const around = three(row - <usize>cols) + three(row) + three(row + <usize>cols) - <u32>load<u8>(row);
      if (around == 3) {
        store<u8>(out + at, 1);
      } else if (around != 2) {
        store<u8>(out + at, 0);
      } else {
        store<u8>(out + at, load<u8>(row));
      }
    }
  }
}
