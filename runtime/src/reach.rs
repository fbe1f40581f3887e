//! SANDBOX: where accesses may go whose addresses only the kernel knows.
//!
//! Input are the hulls of a dispatch, of which those of checked footprints are still to be chosen, each from a hint: the part of
//! its addresses that is known before the launch. Output are these hulls: ranges that the kernel holds every checked address
//! against, bailing for one outside. What holds of them: each lies inside its memory, is at least as long as the footprint's
//! widest access (so that the kernel's comparison with what is left of the length can't wrap around), and has no byte in common
//! with any hull of its memory that the region writes, whatever index the memory has. Who relies on it: the emitters, the
//! independence of iterations (a gather never sees what another iteration stores), and the host's memory safety.
//!
//! A gather gets all of its memory around the hint up to the nearest written window on either side. It is not merely kept
//! from the written hull but from the whole window that holds it, because a window with written bytes is copied by devices that
//! otherwise read where the guest's bytes are. A hint outside of the memory counts as its nearest byte; one inside a written
//! window, or with too little room around it, means that there is no hull and no dispatch.

use crate::windows::{Hull, Window, merge};
use std::ops::Range;

/// What is known of the addresses of a checked footprint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Hint {
    /// An address close to which accesses are likely.
    pub at: i128,
    /// The bytes of the widest one.
    pub width: u64,
    /// Where the addresses of the memory end.
    pub end: u64,
}

/// Chooses the ranges of the hulls that `hints` are for, none longer than `longest`; `None` if one has no room.
pub(crate) fn choose(hulls: &mut [Hull], hints: &[(usize, Hint)], longest: u64) -> Option<()> {
    if hints.is_empty() {
        return Some(());
    }
    // The hulls to be chosen are still empty, and so in no window.
    let windows = merge(hulls);
    let obstacles: Vec<(u64, Window)> = windows
        .into_iter()
        .filter(|window| !window.is_read_only())
        .map(|window| (hulls[window.footprints[0] as usize].identity, window))
        .collect();
    for &(index, hint) in hints {
        let identity = hulls[index].identity;
        let here = obstacles.iter().filter(|(of, _)| *of == identity).map(|(_, window)| &window.range);
        let free = around(here, hint)?;
        hulls[index].range = shorten(free, hint, longest)?;
    }
    Some(())
}

/// The longest range around the hint without a byte of an obstacle.
fn around<'o>(obstacles: impl Iterator<Item = &'o Range<u64>>, hint: Hint) -> Option<Range<u64>> {
    let at = clamp(hint);
    let mut free = 0..hint.end;
    for obstacle in obstacles {
        if obstacle.end <= at {
            free.start = free.start.max(obstacle.end);
        } else if obstacle.start > at {
            free.end = free.end.min(obstacle.start);
        } else {
            return None;
        }
    }
    Some(free)
}

/// Of a range that is too long the part from somewhat before the hint on: indices are more often positive than negative.
fn shorten(mut range: Range<u64>, hint: Hint, longest: u64) -> Option<Range<u64>> {
    if range.end - range.start > longest {
        range.start = range.start.max(clamp(hint).saturating_sub(longest / 4));
        range.end = range.end.min(range.start.saturating_add(longest));
    }
    (range.end.saturating_sub(range.start) >= hint.width).then_some(range)
}

fn clamp(hint: Hint) -> u64 {
    hint.at.clamp(0, i128::from(hint.end).saturating_sub(1).max(0)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hull(identity: u64, range: Range<u64>, written: bool) -> Hull {
        Hull { identity, memory: identity as u32, range, written, covered: false }
    }

    /// The range chosen for one gather in memory 1.
    fn chosen(others: &[Hull], at: i128, end: u64, longest: u64) -> Option<Range<u64>> {
        let mut hulls = others.to_vec();
        hulls.push(hull(1, 0..0, false));
        let index = hulls.len() - 1;
        choose(&mut hulls, &[(index, Hint { at, width: 4, end })], longest)?;
        Some(hulls[index].range.clone())
    }

    #[test]
    fn a_gather_ends_where_something_is_written() {
        let others =
            [hull(1, 100..200, true), hull(1, 500..600, true), hull(1, 40..60, false), hull(2, 300..320, true)];
        let at = |at| chosen(&others, at, 1000, u64::MAX);
        assert_eq!([at(-5), at(99), at(100), at(199)], [Some(0..100), Some(0..100), None, None]);
        assert_eq!(
            [at(200), at(499), at(600), at(5000)],
            [Some(200..500), Some(200..500), Some(600..1000), Some(600..1000)]
        );
    }

    #[test]
    fn what_shares_a_window_with_written_bytes_is_left_alone() {
        let others = [hull(1, 100..200, true), hull(1, 50..150, false)];
        assert_eq!(chosen(&others, 0, 1000, u64::MAX), Some(0..50));
        assert_eq!(chosen(&others, 60, 1000, u64::MAX), None);
    }

    #[test]
    fn too_little_room_is_no_room() {
        assert_eq!(chosen(&[hull(1, 3..200, true)], 0, 1000, u64::MAX), None);
        assert_eq!(chosen(&[hull(1, 4..200, true)], 0, 1000, u64::MAX), Some(0..4));
        assert_eq!(chosen(&[], 0, 3, u64::MAX), None);
        assert_eq!(chosen(&[], 0, 0, u64::MAX), None);
    }

    #[test]
    fn a_long_range_is_cut_around_the_hint() {
        let others = [hull(1, 100..200, true)];
        assert_eq!(chosen(&others, 210, 10_000, 400), Some(200..600));
        assert_eq!(chosen(&others, 5_000, 10_000, 400), Some(4_900..5_300));
        assert_eq!(chosen(&others, 9_990, 10_000, 400), Some(9_890..10_000));
        assert_eq!(chosen(&others, 5_000, 10_000, 3), None);
    }

    proptest! {
        /// What the emitters and independence rely on, of any hulls.
        #[test]
        fn a_reach_is_long_enough_inside_its_memory_and_apart_from_what_is_written(
            others in prop::collection::vec((0u64..2, 0u64..200, 0u64..40, any::<bool>()), 0..8),
            hints in prop::collection::vec((0u64..2, -10i128..260), 1..4),
            end in 0u64..250,
            longest in 0u64..300,
        ) {
            let others = others.into_iter().map(|(m, lo, len, written)| hull(m, lo.min(end)..(lo + len).min(end), written));
            let mut hulls: Vec<Hull> = others.collect();
            let first = hulls.len();
            hulls.extend(hints.iter().map(|&(m, _)| hull(m, 0..0, false)));
            let hints: Vec<_> =
                hints.iter().enumerate().map(|(i, &(_, at))| (first + i, Hint { at, width: 4, end })).collect();
            if choose(&mut hulls, &hints, longest).is_some() {
                for (index, _) in hints {
                    let reach = &hulls[index];
                    let length = reach.range.end - reach.range.start;
                    prop_assert!(reach.range.end <= end && length >= 4 && length <= longest);
                    for other in hulls.iter().filter(|other| other.identity == reach.identity && other.written) {
                        let apart = other.range.end <= reach.range.start || reach.range.end <= other.range.start;
                        prop_assert!(apart || other.range.is_empty());
                    }
                }
            }
        }
    }
}
