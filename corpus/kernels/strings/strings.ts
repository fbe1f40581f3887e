// Strings of bytes: the first difference of two, the first place of a byte, and how often a short word begins.

export function differ(a: StaticArray<u8>, b: StaticArray<u8>, n: i32): i32 {
  let i = 0;
  // parallel: no - the first difference ends the search.
  while (i < n && <i32>unchecked(a[i]) == <i32>unchecked(b[i])) {
    i++;
  }
  return i;
}

export function place_of(text: StaticArray<u8>, n: i32, byte: i32): i32 {
  // parallel: no - the first match ends the search.
  for (let i = 0; i < n; i++) {
    if (<i32>unchecked(text[i]) == byte) {
      return i;
    }
  }
  return -1;
}

export function begins(out: StaticArray<u8>, text: StaticArray<u8>, word: StaticArray<u8>, n: i32, m: i32): void {
  // parallel: yes - each iteration owns out[i] (guard: out is disjoint from text and word).
  for (let i = 0; i < n; i++) {
    let k = 0;
    // parallel: no - the first difference ends the comparison.
    while (k < m && <i32>unchecked(text[i + k]) == <i32>unchecked(word[k])) {
      k++;
    }
    unchecked((out[i] = <u8>(<i32>(k == m))));
  }
}
