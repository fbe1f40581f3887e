// Hue in sixths, saturation and value of n colours, three f32 each.

export function hue(out: usize, rgb: usize, n: i32): void {
  // parallel: yes - each iteration owns three elements of out (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const r = load<f32>(rgb + (<usize>(3 * i) << 2));
    const g = load<f32>(rgb + (<usize>(3 * i + 1) << 2));
    const b = load<f32>(rgb + (<usize>(3 * i + 2) << 2));
    let top = r > g ? r : g;
    let low = r < g ? r : g;
    top = b > top ? b : top;
    low = b < low ? b : low;
    const d = top - low;
    let h: f32 = 0;
    if (d > 0) {
      if (top == r) {
        h = (g - b) / d;
      } else if (top == g) {
        h = <f32>2.0 + (b - r) / d;
      } else {
        h = <f32>4.0 + (r - g) / d;
      }
    }
    store<f32>(out + (<usize>(3 * i) << 2), h < 0 ? h + 6.0 : h);
    store<f32>(out + (<usize>(3 * i + 1) << 2), top > 0 ? d / top : 0.0);
    store<f32>(out + (<usize>(3 * i + 2) << 2), top);
  }
}
