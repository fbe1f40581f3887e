// Applies to each i32 the operation that its opcode says.

export function opcodes(x: usize, ops: usize, n: i32, k: i32): void {
  // parallel: yes - each iteration owns x[i]; ops is only read (guard: disjoint).
  for (let i = 0; i < n; i++) {
    let v = load<i32>(x + (<usize>i << 2));
    switch (<i32>load<u8>(ops + <usize>i) & 7) {
      case 0: {
        v += k;
        break;
      }
      case 1: {
        v -= k;
        break;
      }
      case 2: {
        v *= k;
        break;
      }
      case 3: {
        v ^= k;
        break;
      }
      case 4: {
        v = rotl<i32>(v, 3);
        break;
      }
      case 5: {
        v = ~v;
        break;
      }
      case 6: {
        v = v >>> 1;
        break;
      }
      default: {
        v = v & 0xffff;
      }
    }
    store<i32>(x + (<usize>i << 2), v);
  }
}
