// Checksums of bytes whose every step needs the one before: Adler-32, and CRC-32 bit by bit.

export function adler32(text: usize, n: i32): i32 {
  let a: u32 = 1;
  let b: u32 = 0;
  // parallel: no - the second sum adds up the values of the first, so the accumulator has another use.
  for (let i = 0; i < n; i++) {
    a = (a + <i32>load<u8>(text + <usize>i)) % 65521;
    b = (b + a) % 65521;
  }
  return (b << 16) | a;
}

export function crc32(text: usize, n: i32): i32 {
  let c: u32 = 0xffffffff;
  // parallel: no - every byte needs the remainder of those before.
  for (let i = 0; i < n; i++) {
    c ^= <i32>load<u8>(text + <usize>i);
    // parallel: no - every bit needs the remainder of those before.
    for (let k = 0; k < 8; k++) {
      c = c & 1 ? (c >> 1) ^ 0xedb88320 : c >> 1;
    }
  }
  return ~c;
}
