// Makes n vectors of three f32, one after the other, as long as 1.

export function unit3(v: usize, n: i32): void {
  // parallel: yes - each iteration owns the three elements of its vector.
  for (let i = 0; i < n; i++) {
    const x = load<f32>(v + (<usize>(3 * i) << 2));
    const y = load<f32>(v + (<usize>(3 * i + 1) << 2));
    const z = load<f32>(v + (<usize>(3 * i + 2) << 2));
    const scale = <f32>1.0 / sqrt<f32>(x * x + y * y + z * z);
    store<f32>(v + (<usize>(3 * i) << 2), x * scale);
    store<f32>(v + (<usize>(3 * i + 1) << 2), y * scale);
    store<f32>(v + (<usize>(3 * i + 2) << 2), z * scale);
  }
}
