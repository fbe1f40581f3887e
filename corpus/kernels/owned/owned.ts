// Arrays that the module owns: here typed arrays, whose every access checks the length in the array's header.

const SIZE = 4096;
const x = new Float32Array(SIZE);
const y = new Float32Array(SIZE);

export function prepare(seed: i32): void {
  // parallel: yes - each iteration owns x[i] and y[i], and the values come from the counter.
  for (let i = 0; i < SIZE; i++) {
    x[i] = <f32>((i * 37 + seed) & 1023);
    y[i] = <f32>((i * 11 - seed) & 511);
  }
}

export function step(n: i32, a: f32): void {
  // parallel: yes - each iteration owns y[i]; a failing length check is a bail.
  for (let i = 0; i < n; i++) {
    y[i] = y[i] + a * x[i];
  }
}

export function digest(n: i32): u32 {
  let sum: u32 = 0;
  // parallel: yes - a wrapping integer sum may be reassociated.
  for (let i = 0; i < n; i++) {
    sum += reinterpret<u32>(y[i]);
  }
  return sum;
}
