// Through tables: bytes to 32-bit colours, u16 to u16, and f32 between the entries of a table.

export function palette(out: usize, src: usize, colours: usize, n: i32): void {
  // parallel: yes - each iteration owns out[i]; the palette is only read (guard: out is disjoint from the
  // others).
  for (let i = 0; i < n; i++) {
    const c = <i32>load<u8>(src + <usize>i);
    store<u32>(out + (<usize>i << 2), load<u32>(colours + (<usize>c << 2)));
  }
}

export function curve16(x: usize, table: usize, n: i32): void {
  // parallel: yes - each iteration owns x[i]; the table is only read (guard: disjoint).
  for (let i = 0; i < n; i++) {
    const v = <i32>load<u16>(x + (<usize>i << 1));
    store<u16>(x + (<usize>i << 1), <i32>load<u16>(table + (<usize>v << 1)));
  }
}

export function between(out: usize, x: usize, table: usize, n: i32, m: i32): void {
  // parallel: yes - each iteration owns out[i]; the table is only read (guard: out is disjoint from the others).
  for (let i = 0; i < n; i++) {
    let place = load<f32>(x + (<usize>i << 2)) * <f32>m;
    place = place > 0 ? place : 0;
    place = place < <f32>m ? place : <f32>m;
    const at = <i32>place;
    store<f32>(
      out + (<usize>i << 2),
      load<f32>(table + (<usize>at << 2)) +
        (place - <f32>at) * (load<f32>(table + (<usize>(at + 1) << 2)) - load<f32>(table + (<usize>at << 2))),
    );
  }
}
