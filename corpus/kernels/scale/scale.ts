// x *= a in place, over f32.

export function scale(x: usize, n: i32, a: f32): void {
  const end = x + (<usize>n << 2);
  // parallel: yes - each iteration reads and writes only the element at p.
  for (let p = x; p < end; p += 4) {
    store<f32>(p, load<f32>(p) * a);
  }
}
