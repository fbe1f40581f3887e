// Cosine transforms of rows of eight f32 in place; the eight results wait in a small array of the iteration's own.

export function dct8(x: usize, c: usize, n: i32): void {
  const t = memory.data(32, 4);
  // parallel: yes - each iteration owns eight elements; the small array is written before it is read (guard:
  // disjoint).
  for (let i = 0; i < n; i++) {
    // parallel: yes - each iteration owns one element of the small array.
    for (let k = 0; k < 8; k++) {
      let sum: f32 = 0;
      // parallel: no - a float sum keeps its order.
      for (let j = 0; j < 8; j++) {
        sum += load<f32>(c + (<usize>(8 * k + j) << 2)) * load<f32>(x + (<usize>(8 * i + j) << 2));
      }
      store<f32>(t + (<usize>k << 2), sum);
    }
    // parallel: yes - each iteration owns one element.
    for (let k = 0; k < 8; k++) {
      store<f32>(x + (<usize>(8 * i + k) << 2), load<f32>(t + (<usize>k << 2)));
    }
  }
}
