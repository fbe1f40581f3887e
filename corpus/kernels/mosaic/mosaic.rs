//! Replaces each block of 8 x 8 pixels of a grey image by its mean.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mosaic(p: *mut u8, rows: usize, cols: usize) {
    let p = unsafe { from_raw_parts_mut(p, 64 * rows * cols) };
    let pitch = 8 * cols;
    // parallel: yes - each iteration owns eight rows.
    for i in 0..rows {
        // parallel: yes - each iteration owns one block.
        for j in 0..cols {
            let mut sum = 32u32;
            // parallel: yes - a wrapping integer sum may be reassociated.
            for y in 0..8 {
                // parallel: yes - a wrapping integer sum may be reassociated; a failing index check is a bail.
                for x in 0..8 {
                    sum += u32::from(p[(8 * i + y) * pitch + 8 * j + x]);
                }
            }
            // parallel: yes - each iteration owns one row of the block.
            for y in 0..8 {
                // parallel: yes - each iteration owns one pixel; a failing index check is a bail.
                for x in 0..8 {
                    p[(8 * i + y) * pitch + 8 * j + x] = (sum >> 6) as u8;
                }
            }
        }
    }
}
