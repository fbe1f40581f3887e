//! SANDBOX: windows. Within a dispatch every byte of linear memory has one place on the device.
//!
//! Input are the hulls of a region's footprints, output the windows: disjoint byte ranges of one memory each, every hull
//! inside exactly one of them. Hulls of one memory that overlap share a window, so two footprints that name the same
//! byte find it in the same place. Footprints of different memory indices that are the same memory are told by the
//! memory's identity. Each window says which of its bytes may change; nothing else of it is ever copied back.
//!
//! A window needs no copy of its old contents only if every footprint in it is write-only and proven to write every
//! byte of its hull ([`covers_hull`]); the hulls of a window cover it, because they were joined by overlap.

use ir::faults;
use ir::region::{Access, Footprint, IntId};
use std::ops::Range;

/// The guest address and the device address of a byte agree modulo this number.
pub const CONGRUENCE: u64 = 256;

/// The bytes that one footprint can touch, checked to lie inside its memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hull {
    /// Equal exactly for the same memory.
    pub identity: u64,
    /// A memory index that denotes it.
    pub memory: u32,
    /// The guest addresses; not empty.
    pub range: Range<u64>,
    /// True if the kernel may store there.
    pub written: bool,
    /// True if every byte is written and none is read.
    pub covered: bool,
}

/// A range of one memory that a device holds in one piece.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Window {
    /// A memory index that denotes the memory.
    pub memory: u32,
    /// The guest addresses.
    pub range: Range<u64>,
    /// The footprints that lie in it, by index.
    pub footprints: Vec<u32>,
    /// The guest addresses that may change: disjoint, in order, inside `range`; empty for a window that is only read.
    pub written: Vec<Range<u64>>,
    /// True if a copy must start with the memory's bytes.
    pub copy_in: bool,
}

impl Window {
    /// The number of bytes.
    pub fn len(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// True for a window without bytes; [`merge`] makes none.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// True if nothing in it changes.
    pub fn is_read_only(&self) -> bool {
        self.written.is_empty()
    }
}

/// Joins overlapping hulls of one memory; windows come in order of identity and address. Empty hulls are in no window.
pub fn merge(hulls: &[Hull]) -> Vec<Window> {
    let mut order: Vec<usize> = (0..hulls.len()).filter(|&i| !hulls[i].range.is_empty()).collect();
    order.sort_by_key(|&i| (hulls[i].identity, hulls[i].range.start, i));
    let mut windows: Vec<Window> = Vec::new();
    let mut identity = None;
    for i in order {
        let hull = &hulls[i];
        match windows.last_mut() {
            Some(window)
                if identity == Some(hull.identity)
                    && hull.range.start < window.range.end
                    && !faults::on("windows-overlap-apart") =>
            {
                window.range.end = window.range.end.max(hull.range.end);
                window.copy_in |= !hull.covered && !faults::on("windows-first-hull-decides-copying");
                window.footprints.push(i as u32);
                window.add_written(hull);
            }
            _ => {
                let mut window = Window {
                    memory: hull.memory,
                    range: hull.range.clone(),
                    footprints: vec![i as u32],
                    written: Vec::new(),
                    copy_in: !hull.covered,
                };
                window.add_written(hull);
                windows.push(window);
            }
        }
        identity = Some(hull.identity);
    }
    windows
}

impl Window {
    /// Hulls arrive in order of their first byte, so only the last written range can touch a new one.
    fn add_written(&mut self, hull: &Hull) {
        if !hull.written {
            return;
        }
        match self.written.last_mut() {
            Some(_) if faults::on("windows-one-written-range") => {}
            Some(last) if hull.range.start <= last.end => last.end = last.end.max(hull.range.end),
            _ => self.written.push(hull.range.clone()),
        }
    }
}

/// True if the iterations of `footprint` write every byte of its hull, given the integer nodes and how often each dimension runs.
///
/// Dimensions are taken by growing stride: a block of `extent` bytes that is repeated at distances of at most `extent`
/// leaves no gap and becomes a longer block.
pub fn covers_hull(footprint: &Footprint, ints: &[i128], counts: &[IntId]) -> bool {
    let must = footprint.must_write || faults::on("windows-any-store-covers");
    if !must || footprint.access != Access::Write {
        return false;
    }
    let int = |id: IntId| ints.get(id.0 as usize).copied();
    let mut steps: Vec<(i128, i128)> = Vec::with_capacity(footprint.dims.len());
    for dim in &footprint.dims {
        let count = counts.get(dim.dim as usize).and_then(|&id| int(id));
        match int(dim.stride).and_then(i128::checked_abs).zip(count) {
            Some((stride, count)) if count >= 1 => steps.push((stride, count)),
            _ => return false,
        }
    }
    steps.sort_unstable();
    let mut extent = footprint.width as i128;
    for (stride, count) in steps {
        let grown = stride.checked_mul(count - 1).and_then(|reach| extent.checked_add(reach));
        match grown {
            Some(grown) if stride <= extent || count == 1 || faults::on("windows-gaps-are-covered") => extent = grown,
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use ir::region::FootprintDim;
    use proptest::prelude::*;

    fn hull(identity: u64, range: Range<u64>, written: bool) -> Hull {
        Hull { identity, memory: identity as u32, range, written, covered: false }
    }

    fn show(windows: &[Window]) -> String {
        let line = |w: &Window| {
            let copy = if w.copy_in { "copied in" } else { "not copied in" };
            format!("memory {} {:?} of {:?}, written {:?}, {copy}\n", w.memory, w.range, w.footprints, w.written)
        };
        windows.iter().map(line).collect()
    }

    #[test]
    fn overlapping_hulls_share_a_window_and_touching_ones_do_not() {
        let hulls =
            [hull(1, 100..200, true), hull(1, 200..300, false), hull(1, 150..180, false), hull(1, 90..101, true)];
        insta::assert_snapshot!(show(&merge(&hulls)), @r"
        memory 1 90..200 of [3, 0, 2], written [90..200], copied in
        memory 1 200..300 of [1], written [], copied in
        ");
    }

    #[test]
    fn two_memories_never_share_a_window() {
        let hulls = [hull(2, 0..64, true), hull(1, 0..64, true)];
        insta::assert_snapshot!(show(&merge(&hulls)), @r"
        memory 1 0..64 of [1], written [0..64], copied in
        memory 2 0..64 of [0], written [0..64], copied in
        ");
    }

    #[test]
    fn only_written_hulls_are_copied_back() {
        let hulls = [hull(1, 0..100, false), hull(1, 10..20, true), hull(1, 50..60, true)];
        insta::assert_snapshot!(show(&merge(&hulls)), @"memory 1 0..100 of [0, 1, 2], written [10..20, 50..60], copied in");
    }

    #[test]
    fn a_window_of_covered_hulls_alone_starts_empty() {
        let covered = Hull { covered: true, ..hull(1, 0..64, true) };
        let second = Hull { range: 32..96, ..covered.clone() };
        insta::assert_snapshot!(show(&merge(&[covered, second])), @"memory 1 0..96 of [0, 1], written [0..96], not copied in");
    }

    fn footprint(width: u64, dims: u32) -> Footprint {
        let dims = (0..dims).map(|d| FootprintDim { dim: d, stride: IntId(d) }).collect();
        Footprint {
            memory: 0,
            base: IntId(0),
            dims,
            width,
            access: Access::Write,
            must_write: true,
            align: 1,
            span: None,
            wide: false,
        }
    }

    #[test]
    fn coverage_needs_strides_without_gaps() {
        // Integer nodes: the strides of two dimensions, then their trip counts.
        let covers = |width, ints: [i128; 4]| covers_hull(&footprint(width, 2), &ints, &[IntId(2), IntId(3)]);
        assert!(covers(4, [4, 40, 10, 7]));
        assert!(covers(4, [40, -4, 7, 10]));
        assert!(!covers(4, [4, 44, 10, 7]));
        assert!(!covers(4, [5, 50, 10, 7]));
        assert!(covers(4, [5, 4, 1, 7]));
        let conditional = Footprint { must_write: false, ..footprint(4, 1) };
        assert!(!covers_hull(&conditional, &[4, 10], &[IntId(1)]));
        let read_too = Footprint { access: Access::ReadWrite, ..footprint(4, 1) };
        assert!(!covers_hull(&read_too, &[4, 10], &[IntId(1)]));
    }

    proptest! {
        #[test]
        fn windows_are_disjoint_and_hold_their_hulls(
            parts in prop::collection::vec((0u64..2, 0u64..200, 1u64..60, any::<bool>()), 1..12),
        ) {
            let hulls: Vec<Hull> = parts.iter().map(|&(m, lo, len, w)| hull(m, lo..lo + len, w)).collect();
            let windows = merge(&hulls);
            for (i, hull) in hulls.iter().enumerate() {
                let home: Vec<&Window> = windows.iter().filter(|w| w.footprints.contains(&(i as u32))).collect();
                prop_assert_eq!(home.len(), 1);
                prop_assert_eq!(home[0].memory, hull.memory);
                prop_assert!(home[0].range.start <= hull.range.start && hull.range.end <= home[0].range.end);
            }
            for (a, b) in windows.iter().zip(windows.iter().skip(1)) {
                prop_assert!(a.memory != b.memory || a.range.end <= b.range.start);
            }
            for memory in 0..2u64 {
                for byte in 0..300u64 {
                    let wanted = hulls.iter().any(|h| h.identity == memory && h.written && h.range.contains(&byte));
                    let mut ranges = windows.iter().filter(|w| w.memory as u64 == memory).flat_map(|w| &w.written);
                    prop_assert_eq!(ranges.any(|r| r.contains(&byte)), wanted);
                }
            }
        }

        #[test]
        fn coverage_agrees_with_counting_bytes(
            width in 1u64..6, s0 in -12i128..13, s1 in -12i128..13, n0 in 1i128..5, n1 in 1i128..5,
        ) {
            let footprint = footprint(width, 2);
            let (ints, trips) = ([s0, s1, n0, n1], [IntId(2), IntId(3)]);
            let at_zero = Footprint { base: IntId(4), ..footprint.clone() };
            let hull = at_zero.hull(&[s0, s1, n0, n1, 0], &trips).unwrap();
            let mut seen = std::collections::BTreeSet::new();
            for i in 0..n0 {
                for j in 0..n1 {
                    seen.extend((0..width as i128).map(|b| s0 * i + s1 * j + b));
                }
            }
            if covers_hull(&footprint, &ints, &trips) {
                prop_assert_eq!(seen.len() as i128, hull.hi - hull.lo);
            }
        }
    }
}
