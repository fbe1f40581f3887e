// The 32-bit FNV-1a hash of a string of bytes.

export function strhash(text: usize, n: i32): u32 {
  let hash: u32 = 2166136261;
  // parallel: no - every step multiplies what the steps before have mixed.
  for (let i = 0; i < n; i++) {
    hash = (hash ^ <u32>load<u8>(text + <usize>i)) * 16777619;
  }
  return hash;
}
