// The smallest and the largest byte of an image at once, and the stretch of its contrast between them.

export function stretch(p: StaticArray<u8>, n: i32): void {
  let low = 255;
  let top = 0;
  // parallel: yes - an integer minimum and maximum are associative and commutative.
  for (let i = 0; i < n; i++) {
    low = min(low, <i32>unchecked(p[i]));
    top = max(top, <i32>unchecked(p[i]));
  }
  const span = top > low ? top - low : 1;
  // parallel: yes - each iteration owns p[i].
  for (let i = 0; i < n; i++) {
    unchecked((p[i] = <u8>(((<i32>unchecked(p[i]) - low) * 255) / span)));
  }
}
