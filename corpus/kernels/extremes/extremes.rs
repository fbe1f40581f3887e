//! The smallest and the largest byte of an image at once, and the stretch of its contrast between them.

use std::slice::from_raw_parts_mut;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn stretch(p: *mut u8, n: usize) {
    let p = unsafe { from_raw_parts_mut(p, n) };
    let (mut low, mut top) = (255, 0);
    // parallel: yes - an integer minimum and maximum are associative and commutative.
    for v in p.iter() {
        low = low.min(*v);
        top = top.max(*v);
    }
    let span = if top > low { i32::from(top) - i32::from(low) } else { 1 };
    // parallel: yes - each iteration owns p[i].
    for v in p {
        *v = ((i32::from(*v) - i32::from(low)) * 255 / span) as u8;
    }
}
