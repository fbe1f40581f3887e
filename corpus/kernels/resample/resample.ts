// Linear interpolation of n f32 at a step of 16.16 fixed point; the source reaches as far as the steps do.

export function resample(out: usize, x: usize, n: i32, step: i32): void {
  // parallel: yes - each iteration owns out[i]; where it reads follows from the step (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const at: u32 = i * step;
    const whole = at >> 16;
    const part = <f32>(at & 0xffff) * <f32>(1.0 / 65536.0);
    store<f32>(
      out + (<usize>i << 2),
      load<f32>(x + (<usize>whole << 2)) +
        part * (load<f32>(x + (<usize>(whole + 1) << 2)) - load<f32>(x + (<usize>whole << 2))),
    );
  }
}
