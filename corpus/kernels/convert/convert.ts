// Conversions between integers and floats, and between the two widths of floats.

export function f32_of_i32(out: usize, input: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i].
  for (let i = 0; i < n; i++) {
    store<f32>(out + (<usize>i << 2), <f32>load<i32>(input + (<usize>i << 2)));
  }
}

export function f64_of_u64(out: usize, input: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i].
  for (let i = 0; i < n; i++) {
    store<f64>(out + (<usize>i << 3), <f64>load<u64>(input + (<usize>i << 3)));
  }
}

export function f32_of_f64(out: usize, input: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i]; loads are twice as wide as stores (guard: disjoint).
  for (let i = 0; i < n; i++) {
    store<f32>(out + (<usize>i << 2), <f32>load<f64>(input + (<usize>i << 3)));
  }
}

export function f64_of_u32(out: usize, input: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i]; stores are twice as wide as loads (guard: disjoint).
  for (let i = 0; i < n; i++) {
    store<f64>(out + (<usize>i << 3), <f64>load<u32>(input + (<usize>i << 2)) / 4294967296.0);
  }
}
