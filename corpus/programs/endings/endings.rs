//! Many ways for a program to end, after work on arrays. Usage: endings [return|exit|trap|bounds] [file | -]...
//! Sums the bytes of each file (- is standard input), writes FILE.mirror with the bytes of FILE backwards, then ends: by
//! returning, by exit(3) five calls deep, by an unreachable instruction, or by a store past the end of memory.
//! The variable ENDINGS_NOTE is printed if it is set.

use std::io::Read;

const MOST: usize = 1 << 12;

fn digest(data: &[u8]) -> u32 {
    let mut sum = 0u32;
    // parallel: yes - a wrapping integer sum of independent terms.
    for (i, byte) in data.iter().enumerate() {
        let key = (i as u32).wrapping_mul(2_654_435_761) | 1;
        sum = sum.wrapping_add((u32::from(*byte) + 1).wrapping_mul(key));
    }
    sum
}

fn read(name: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match name {
        "-" => std::io::stdin().take(MOST as u64).read_to_end(&mut bytes)?,
        _ => std::fs::File::open(name)?.take(MOST as u64).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
}

fn visit(name: &str) -> i32 {
    let Ok(bytes) = read(name) else {
        eprintln!("endings: can't open {name}");
        return 1;
    };
    println!("{name}: {} bytes, digest {:08x}", bytes.len(), digest(&bytes));
    if name == "-" {
        return 0;
    }
    let n = bytes.len();
    let mut mirror = vec![0; n];
    // parallel: yes - each iteration owns one byte of mirror; a failing index check is a bail.
    for i in 0..n {
        mirror[i] = bytes[n - 1 - i];
    }
    let path = format!("{name}.mirror");
    if std::fs::write(&path, mirror).is_err() {
        eprintln!("endings: can't write {path}");
        return 1;
    }
    0
}

#[inline(never)]
fn leave(depth: i32) -> i32 {
    if std::hint::black_box(depth) == 0 {
        std::process::exit(3);
    }
    leave(depth - 1) + 1
}

fn end(how: &str) -> i32 {
    match how {
        "exit" => leave(4),
        "trap" => std::process::abort(),
        "bounds" => {
            unsafe { std::ptr::write_volatile(0xffff_fff0 as *mut u64, 1) };
            0
        }
        _ => 0,
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let how = arguments.get(1).map_or("return", String::as_str);
    if !["return", "exit", "trap", "bounds"].contains(&how) {
        eprintln!("usage: endings [return|exit|trap|bounds] [file | -]...");
        std::process::exit(2);
    }
    let mut bytes = vec![0; MOST];
    // parallel: yes - each iteration owns one byte, made from the counter.
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = ((i * 7) ^ (i >> 8)) as u8;
    }
    let note = std::env::var("ENDINGS_NOTE").unwrap_or("none".into());
    println!("endings {how} digest={:08x} note={note}", digest(&bytes));
    let mut failed = 0;
    // parallel: no - files are read in order.
    for name in arguments.iter().skip(2) {
        failed |= visit(name);
    }
    eprintln!("the end: {how}");
    std::process::exit(end(how) | failed);
}
