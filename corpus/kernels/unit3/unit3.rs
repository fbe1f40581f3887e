//! Makes n vectors of three f32, one after the other, as long as 1.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unit3(v: *mut f32, n: usize) {
    let v = unsafe { from_raw_parts_mut(v, 3 * n) };
    // parallel: yes - each iteration owns the three elements of its vector; a failing index check is a bail.
    for i in 0..n {
        let [x, y, z] = [v[3 * i], v[3 * i + 1], v[3 * i + 2]];
        let scale = 1.0 / (x * x + y * y + z * z).sqrt();
        v[3 * i] = x * scale;
        v[3 * i + 1] = y * scale;
        v[3 * i + 2] = z * scale;
    }
}
