// Random numbers made from their own position: uniform ones, and the ends of random walks.

function draw(counter: u32, key: u32): u32 {
  let x = (counter * 0x9e3779b1) ^ key;
  x = (x ^ (x >> 16)) * 0x7feb352d;
  x = (x ^ (x >> 15)) * 0x846ca68b;
  return x ^ (x >> 16);
}

export function uniform(out: usize, n: i32, key: i32): void {
  // parallel: yes - each iteration owns out[i], and its number comes from the counter.
  for (let i = 0; i < n; i++) {
    store<f32>(out + (<usize>i << 2), <f32>(draw(i, key) >> 8) * <f32>(1.0 / 16777216.0));
  }
}

export function walks(out: usize, n: i32, steps: i32, key: i32): void {
  // parallel: yes - each iteration owns out[i], and its numbers come from the counters.
  for (let i = 0; i < n; i++) {
    let place: f32 = 0;
    // parallel: no - a float sum keeps its order.
    for (let k = 0; k < steps; k++) {
      place += <f32>(draw(i * steps + k, key) >> 8) * <f32>(1.0 / 16777216.0) - <f32>0.5;
    }
    store<f32>(out + (<usize>i << 2), place);
  }
}
