// Point operations on 8-bit pixels: a clamped brightness shift, and a threshold that stores conditionally.

export function brighten(dst: usize, src: usize, n: i32, delta: i32): void {
  // parallel: yes - each iteration owns dst[i]; the clamp is control flow inside the element.
  for (let i = 0; i < n; i++) {
    let v = <i32>load<u8>(src + <usize>i) + delta;
    if (v < 0) {
      v = 0;
    } else if (v > 255) {
      v = 255;
    }
    store<u8>(dst + <usize>i, <u8>v);
  }
}

export function threshold(dst: usize, src: usize, n: i32, limit: i32): void {
  // parallel: yes - each iteration writes dst[i] or nothing.
  for (let i = 0; i < n; i++) {
    if (<i32>load<u8>(src + <usize>i) > limit) {
      store<u8>(dst + <usize>i, 255);
    }
  }
}
