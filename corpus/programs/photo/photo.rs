//! A photo pipeline on 8-bit pixels: make an RGB image, turn it grey, brighten, box-blur, blend with the original,
//! count the levels. Usage: photo [width] [height]. Prints a digest of the result and the fullest level.

fn synthesise(rgb: &mut [u8]) {
    // parallel: yes - each iteration owns one pixel, made from the counter.
    for (i, pixel) in rgb.chunks_exact_mut(3).enumerate() {
        let mut h = (i as u32).wrapping_mul(2_654_435_761);
        h ^= h >> 15;
        pixel[0] = h as u8;
        pixel[1] = (h >> 9) as u8;
        pixel[2] = (i >> 4) as u8;
    }
}

fn to_gray(gray: &mut [u8], rgb: &[u8]) {
    // parallel: yes - each iteration owns one byte of gray (guard: disjoint).
    for (gray, pixel) in gray.iter_mut().zip(rgb.chunks_exact(3)) {
        let [r, g, b] = [u32::from(pixel[0]), u32::from(pixel[1]), u32::from(pixel[2])];
        *gray = ((77 * r + 150 * g + 29 * b) >> 8) as u8;
    }
}

fn brighten(image: &mut [u8], delta: i32) {
    // parallel: yes - each iteration reads and writes its own byte.
    for v in image {
        *v = (i32::from(*v) + delta).clamp(0, 255) as u8;
    }
}

fn blur(out: &mut [u8], input: &[u8], width: usize, height: usize) {
    // parallel: yes - each iteration owns one row of out (guard: disjoint).
    for y in 1..height - 1 {
        // parallel: yes - each iteration owns one byte of out; a failing index check is a bail.
        for x in 1..width - 1 {
            let mut sum = 0;
            // parallel: yes - a wrapping integer sum; too short to be worth a kernel of its own.
            for near in [y - 1, y, y + 1] {
                let at = near * width + x;
                sum += u32::from(input[at - 1]) + u32::from(input[at]) + u32::from(input[at + 1]);
            }
            out[y * width + x] = (sum / 9) as u8;
        }
    }
}

fn blend(out: &mut [u8], with: &[u8], alpha: u32) {
    // parallel: yes - each iteration reads and writes one byte of out (guard: disjoint).
    for (out, with) in out.iter_mut().zip(with) {
        *out = ((u32::from(*out) * (256 - alpha) + u32::from(*with) * alpha) >> 8) as u8;
    }
}

fn main() {
    let argument = |at: usize, default: usize| match std::env::args().nth(at) {
        Some(text) => text.parse().unwrap_or(0),
        None => default,
    };
    let (width, height) = (argument(1, 256), argument(2, 192));
    if !(3..=8192).contains(&width) || !(3..=8192).contains(&height) {
        eprintln!("usage: photo [width 3..8192] [height 3..8192]");
        std::process::exit(2);
    }
    let pixels = width * height;
    let mut rgb = vec![0; 3 * pixels];
    let mut gray = vec![0; pixels];
    let mut work = vec![0; pixels];
    synthesise(&mut rgb);
    to_gray(&mut gray, &rgb);
    brighten(&mut gray, 24);
    blur(&mut work, &gray, width, height);
    blend(&mut work, &gray, 96);

    let mut levels = [0u32; 256];
    // parallel: yes - commutative integer updates only.
    for v in &work {
        levels[usize::from(*v)] += 1;
    }
    let mut digest = 0u64;
    // parallel: yes - a wrapping integer sum of independent terms.
    for (i, v) in work.iter().enumerate() {
        let v = u64::from(*v).wrapping_add((i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        digest = digest.wrapping_add((v ^ (v >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9));
    }
    let mut top = 0;
    // parallel: no - it keeps the first of the fullest levels, so the order matters.
    for i in 1..256 {
        if levels[i] > levels[top] {
            top = i;
        }
    }
    println!("photo {width}x{height} digest={digest:016x} top={top} count={}", levels[top]);
}
