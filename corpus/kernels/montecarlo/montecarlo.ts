// Monte Carlo streams: each counts how many of its random points lie in the quarter circle. A stream's generator is a
// 32-bit xorshift, seeded from its number.

export function montecarlo(hits: usize, n: i32, rounds: i32, seed: u32): void {
  // parallel: yes - each iteration owns hits[i] and its own generator.
  for (let i = 0; i < n; i++) {
    let state: u32 = (seed + <u32>i * 2654435761) | 1;
    let count = 0;
    // parallel: no - every draw needs the one before.
    for (let k = 0; k < rounds; k++) {
      state ^= state << 13;
      state ^= state >> 17;
      state ^= state << 5;
      const x = <f32>(state & 0xffff) / <f32>65536.0;
      const y = <f32>(state >> 16) / <f32>65536.0;
      if (x * x + y * y < <f32>1.0) {
        count++;
      }
    }
    store<i32>(hits + (<usize>i << 2), count);
  }
}
