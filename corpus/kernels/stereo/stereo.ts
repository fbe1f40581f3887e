// Interleaves two channels of i16, and separates them.

export function interleave(out: StaticArray<i16>, left: StaticArray<i16>, right: StaticArray<i16>, n: i32): void {
  // parallel: yes - each iteration owns two neighbours of out (guard: out is disjoint from both channels).
  for (let i = 0; i < n; i++) {
    unchecked((out[2 * i] = <i16>(<i32>unchecked(left[i]))));
    unchecked((out[2 * i + 1] = <i16>(<i32>unchecked(right[i]))));
  }
}

export function separate(left: StaticArray<i16>, right: StaticArray<i16>, src: StaticArray<i16>, n: i32): void {
  // parallel: yes - each iteration owns left[i] and right[i] (guard: the three arrays are disjoint).
  for (let i = 0; i < n; i++) {
    unchecked((left[i] = <i16>(<i32>unchecked(src[2 * i]))));
    unchecked((right[i] = <i16>(<i32>unchecked(src[2 * i + 1]))));
  }
}
