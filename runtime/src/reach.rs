//! SANDBOX: where accesses may go whose addresses only the kernel knows.
//!
//! Input are the hulls of a dispatch, of which those of checked footprints are still to be chosen, each from a hint: the part of
//! its addresses that is known before the launch. Output are these hulls: ranges that the kernel holds every checked address
//! against, bailing for one outside. What holds of them: each lies inside its memory, is at least as long as the footprint's
//! widest access (so that the kernel's comparison with what is left of the length can't wrap around), and has no byte in common
//! with any hull of its memory that the region writes, whatever index the memory has; the range of updates has none in common with
//! any other hull at all. Who relies on it: the emitters, the independence of iterations (a gather never sees what another
//! iteration stores, and nothing but updates touches what is updated), and the host's memory safety.
//!
//! A gather gets all of its memory around the hint up to the nearest written window on either side. It is not merely kept
//! from the written hull but from the whole window that holds it, because a window with written bytes is copied by devices that
//! otherwise read where the guest's bytes are. A hint outside of the memory counts as its nearest byte; one inside a written
//! window, or with too little room around it, means that there is no hull and no dispatch.
//!
//! Updates come first, because they are obstacles to gathers. Theirs are ranges of their own: up to the nearest window on either
//! side, written or only read, and up to the hints of other checked footprints. A hint that lies inside of another array, as that of
//! `h[c - 97]` may, counts as the first byte behind it. Since the whole range is copied there and back, it is no longer than the work of
//! a launch is worth, nor than the region says is likely. It begins and ends at multiples of the width, and of 4: devices update
//! the word that a narrow cell is in.

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
    /// How many bytes from `at` on are likely to hold them all.
    pub span: Option<i128>,
}

/// How long ranges may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Longest {
    /// Of any kind.
    pub all: u64,
    /// Of updates, which are copied.
    pub updates: u64,
}

/// Chooses the ranges of the hulls that `hints` are for, none longer than `longest` says; `None` if one has no room.
pub(crate) fn choose(hulls: &mut [Hull], hints: &[(usize, Hint)], longest: Longest) -> Option<()> {
    // The hulls to be chosen are still empty, and so in no window.
    let (updates, gathers): (Vec<_>, Vec<_>) = hints.iter().partition(|(index, _)| hulls[*index].written);
    for (index, hint) in updates {
        let identity = hulls[index].identity;
        let free = for_updates(obstacles(hulls, identity, |_| true), hint)?;
        let others = hints.iter().filter(|&&(other, _)| other != index && hulls[other].identity == identity);
        let free = between(free, hint, others.map(|(_, other)| clamp(*other)));
        hulls[index].range = cut(free, hint, longest.all.min(longest.updates))?;
    }
    for (index, hint) in gathers {
        let identity = hulls[index].identity;
        let free = around(&obstacles(hulls, identity, |window| !window.is_read_only()), hint)?;
        hulls[index].range = shorten(free, hint, longest.all)?;
    }
    Some(())
}

/// The windows of a memory that are in the way, in order.
fn obstacles(hulls: &[Hull], identity: u64, are: impl Fn(&Window) -> bool) -> Vec<Range<u64>> {
    let here = |window: &Window| hulls[window.footprints[0] as usize].identity == identity && are(window);
    merge(hulls).into_iter().filter(here).map(|window| window.range).collect()
}

/// The longest range around the hint without a byte of an obstacle.
fn around(obstacles: &[Range<u64>], hint: Hint) -> Option<Range<u64>> {
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

/// The same, or where an obstacle holds the hint, the longest range from where there is room behind it.
fn for_updates(obstacles: Vec<Range<u64>>, hint: Hint) -> Option<Range<u64>> {
    let at = obstacles.iter().fold(clamp(hint), |at, held| if held.contains(&at) { held.end } else { at });
    around(&obstacles, Hint { at: at.into(), ..hint }).filter(|free| free.contains(&at))
}

/// Leaves to footprints with other hints what is nearer to theirs, indices being more often positive than negative.
fn between(mut free: Range<u64>, hint: Hint, others: impl Iterator<Item = u64>) -> Range<u64> {
    let at = clamp(hint);
    for other in others {
        if other > at {
            free.end = free.end.min(other);
        } else {
            free.start = free.start.max(at);
        }
    }
    free
}

/// The least that is updated at once.
const WORD: u64 = 4;

/// The cells in a range that is free for updates: those that are likely, and not too many.
fn cut(free: Range<u64>, hint: Hint, longest: u64) -> Option<Range<u64>> {
    let mut range = free;
    let unit = hint.width.max(WORD);
    // The words of narrow cells begin and end somewhat further out.
    let more = if hint.width < WORD { WORD - 1 } else { 0 };
    if let Some(span) = hint.span {
        let end = hint.at.saturating_add(span).clamp(0, i128::from(hint.end)) as u64;
        let start = clamp(hint).saturating_sub(more);
        (range.start, range.end) = (range.start.max(start), range.end.min(end.saturating_add(more)));
    }
    let range = shorten(range, hint, longest)?;
    let cells = range.start.checked_next_multiple_of(unit)?..range.end - range.end % unit;
    (cells.start < cells.end).then_some(cells)
}

/// Of a range that is too long the part from somewhat before the hint on: indices are more often positive than negative.
fn shorten(mut range: Range<u64>, hint: Hint, longest: u64) -> Option<Range<u64>> {
    if range.end.saturating_sub(range.start) > longest {
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
        let longest = Longest { all: longest, updates: u64::MAX };
        choose(&mut hulls, &[(index, Hint { at, width: 4, end, span: None })], longest)?;
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

    /// The range chosen for updates in memory 1, and for a gather whose hint is given.
    fn updates(others: &[Hull], hint: Hint, gather: i128, longest: u64) -> Option<[Range<u64>; 2]> {
        let mut hulls = others.to_vec();
        hulls.extend([hull(1, 0..0, false), hull(1, 0..0, true)]);
        let (index, other) = (hulls.len() - 1, Hint { at: gather, width: 1, end: hint.end, span: None });
        let longest = Longest { all: u64::MAX, updates: longest };
        choose(&mut hulls, &[(index - 1, other), (index, hint)], longest)?;
        Some([hulls[index].range.clone(), hulls[index - 1].range.clone()])
    }

    fn hint(at: i128, span: Option<i128>) -> Hint {
        Hint { at, width: 4, end: 1000, span }
    }

    #[test]
    fn updates_keep_apart_from_what_is_read_as_well() {
        let others = [hull(1, 100..202, false), hull(1, 500..600, true), hull(2, 300..320, true)];
        let at = |at| updates(&others, hint(at, None), 999, u64::MAX).map(|[range, _]| range);
        assert_eq!([at(-5), at(99), at(202), at(499)], [Some(0..100), Some(0..100), Some(204..500), Some(204..500)]);
        // Inside of an array, and where nothing is left of the memory.
        assert_eq!([at(100), at(550), at(2000)], [Some(204..500), Some(600..996), None]);
    }

    #[test]
    fn updates_share_what_is_free_with_other_hints() {
        let ranges = |at, gather| updates(&[], hint(at, None), gather, u64::MAX);
        assert_eq!(ranges(400, 600), Some([0..600, 600..1000]));
        assert_eq!(ranges(400, 90), Some([400..1000, 0..400]));
        // One array that is both updated and read: what is updated isn't read.
        assert_eq!(ranges(400, 400), None);
    }

    #[test]
    fn updates_take_what_is_likely_and_worth_a_copy() {
        let range = |at, span, longest| updates(&[], hint(at, span), 999, longest).map(|[range, _]| range);
        assert_eq!(range(102, Some(50), u64::MAX), Some(104..152));
        assert_eq!(range(-20, Some(50), u64::MAX), Some(0..28));
        assert_eq!(range(400, None, 80), Some(380..460));
        assert_eq!(range(400, Some(100), 80), Some(400..480));
        assert_eq!([range(400, Some(3), 80), range(400, Some(-3), 80), range(400, None, 3)], [None, None, None]);
    }

    proptest! {
        /// What the emitters and independence rely on, of any hulls.
        #[test]
        fn a_reach_is_long_enough_inside_its_memory_and_apart_from_what_is_written(
            others in prop::collection::vec((0u64..2, 0u64..200, 0u64..40, any::<bool>()), 0..8),
            hints in prop::collection::vec((0u64..2, -10i128..260, any::<bool>(), prop::option::of(-9i128..90)), 1..4),
            end in 0u64..250,
            longest in 0u64..300,
            worth in 0u64..300,
        ) {
            let others = others.into_iter().map(|(m, lo, len, written)| hull(m, lo.min(end)..(lo + len).min(end), written));
            let mut hulls: Vec<Hull> = others.collect();
            let first = hulls.len();
            hulls.extend(hints.iter().map(|&(m, _, written, _)| hull(m, 0..0, written)));
            let hint = |(i, &(_, at, _, span)): (usize, &(u64, i128, bool, Option<i128>))| {
                (first + i, Hint { at, width: 4, end, span })
            };
            let hints: Vec<_> = hints.iter().enumerate().map(hint).collect();
            if choose(&mut hulls, &hints, Longest { all: longest, updates: worth }).is_some() {
                for (index, _) in hints {
                    let reach = &hulls[index];
                    let length = reach.range.end - reach.range.start;
                    prop_assert!(reach.range.end <= end && length >= 4 && length <= longest);
                    let cells = reach.range.start.is_multiple_of(4) && length.is_multiple_of(4);
                    prop_assert!(!reach.written || length <= worth && cells);
                    for (other, hull) in hulls.iter().enumerate() {
                        let apart = hull.range.end <= reach.range.start || reach.range.end <= hull.range.start;
                        let may_meet = other == index || hull.identity != reach.identity || hull.range.is_empty();
                        prop_assert!(apart || may_meet || !(reach.written || hull.written));
                    }
                }
            }
        }
    }
}
