// Steps along the rays of a picture until they are near a ball or far away, f32.

export function raymarch(out: StaticArray<u8>, w: i32, h: i32, limit: i32): void {
  // parallel: yes - each iteration owns one row of out.
  for (let i = 0; i < h; i++) {
    // parallel: yes - each iteration owns one pixel.
    for (let j = 0; j < w; j++) {
      const dx = (<f32>j - <f32>0.5 * <f32>w) / <f32>w;
      const dy = (<f32>i - <f32>0.5 * <f32>h) / <f32>h;
      let t: f32 = 0;
      let k = 0;
      // parallel: no - every step needs the one before, and the distance decides when to stop.
      for (; k < limit; k++) {
        const x = dx * t;
        const y = dy * t;
        const z = t - <f32>3.0;
        const d = sqrt<f32>(x * x + y * y + z * z) - <f32>1.0;
        if (d < <f32>0.01 || t > <f32>8.0) {
          break;
        }
        t += d;
      }
      unchecked((out[i * w + j] = <u8>k));
    }
  }
}
