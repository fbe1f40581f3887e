//! Conditions as numbers: what a value must be, how far it is from that, and what else it could be.
//!
//! Guards, hulls, trip counts and the checks inside a thread all come down to one integer that must lie somewhere. What
//! decides it is found by changing a live-in or some bytes of memory a little and looking at the integer again: where it
//! changes in proportion, one step leads to any other value that it can take. That holds for sums and for products with
//! one unknown, which is what bases, strides, counts and indices are made of; anything else is left to chance.

use crate::random::Random;

/// What an integer must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Goal {
    /// Not above zero.
    AtMostZero,
    /// Zero.
    Zero,
    /// Anything but zero.
    NotZero,
    /// From `low` to `high`, and a multiple of `align`.
    Within {
        /// The least.
        low: i128,
        /// The largest.
        high: i128,
        /// A positive number.
        align: i128,
    },
}

/// An integer with what it must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Need {
    /// The integer.
    pub value: i128,
    /// What it must be.
    pub goal: Goal,
}

impl Need {
    /// `value` must not be above zero.
    pub fn at_most_zero(value: i128) -> Need {
        Need { value, goal: Goal::AtMostZero }
    }

    /// `value` must be a multiple of `align`.
    pub fn multiple(value: i128, align: i128) -> Need {
        Need { value, goal: Goal::Within { low: i128::MIN, high: i128::MAX, align: align.max(1) } }
    }

    /// True if it is what it must be.
    pub fn holds(&self) -> bool {
        self.distance() == 0
    }

    /// The logarithm of how far it is from that; 0 if it is that.
    pub fn distance(&self) -> u32 {
        match self.goal {
            Goal::AtMostZero => above(self.value, 0),
            Goal::Zero => above(self.value, 0) + above(0, self.value),
            Goal::NotZero => (self.value == 0) as u32,
            Goal::Within { low, high, align } => {
                let off = (self.value.rem_euclid(align) != 0) as u32;
                above(low, self.value) + above(self.value, high) + off
            }
        }
    }

    /// A value that meets the goal, the nearer ones more often.
    pub fn met(&self, random: &mut Random) -> i128 {
        let slack = room(random);
        match self.goal {
            Goal::AtMostZero => -slack,
            Goal::Zero => 0,
            Goal::NotZero => self.value.saturating_add((1 + slack) * if random.chance(50) { 1 } else { -1 }),
            Goal::Within { low, high, align } if low == i128::MIN || high == i128::MAX => {
                let (low, high) = (low.max(self.value.saturating_sub(256)), high.min(self.value.saturating_add(256)));
                multiple_from(random, low, high, align)
            }
            Goal::Within { low, high, align } => {
                // Rather in the first part, so that there is room behind it.
                let part = random.pick(&[1, 4, 16]);
                multiple_from(random, low, low.saturating_add(high.saturating_sub(low) / part), align)
            }
        }
    }

    /// A value just outside of the goal.
    pub fn missed(&self, random: &mut Random) -> i128 {
        let slack = room(random);
        match self.goal {
            Goal::AtMostZero => 1 + slack,
            Goal::Zero => (1 + slack) * if random.chance(50) { 1 } else { -1 },
            Goal::NotZero => 0,
            Goal::Within { low, high, align } => match random.below(3) {
                0 if low > 0 => low - 1 - slack,
                1 if align > 1 => self.value.saturating_add(random.within(1, align as i64 - 1) as i128),
                _ if high < i128::MAX => high.saturating_add(1 + slack),
                _ => self.value.saturating_add(1),
            },
        }
    }
}

impl Need {
    /// The value of the same need elsewhere, less the way that its goal has moved.
    pub fn value_of(&self, other: &Need) -> i128 {
        let shift = match (self.goal, other.goal) {
            (Goal::Within { low, .. }, Goal::Within { low: other, .. }) if self.value < low => {
                other.saturating_sub(low)
            }
            (Goal::Within { high, .. }, Goal::Within { high: other, .. }) => other.saturating_sub(high),
            _ => 0,
        };
        other.value.saturating_sub(shift)
    }
}

/// A small number, most often a very small one.
fn room(random: &mut Random) -> i128 {
    match random.below(8) {
        0..=2 => 0,
        3..=4 => random.within(1, 8) as i128,
        5..=6 => random.within(1, 200) as i128,
        _ => random.within(1, 5000) as i128,
    }
}

fn multiple_from(random: &mut Random, low: i128, high: i128, align: i128) -> i128 {
    let first = low.div_euclid(align) + (low.rem_euclid(align) != 0) as i128;
    let count = high.div_euclid(align).saturating_sub(first).saturating_add(1);
    let chosen = first.saturating_add(random.below(count.clamp(1, u64::MAX as i128) as u64) as i128);
    chosen.saturating_mul(align)
}

/// By how much to change what moved an integer from `before` to `after` when it was changed by `step`, so that the integer
/// becomes `target`; `None` if it doesn't move.
pub(crate) fn leap(before: i128, after: i128, step: i64, target: i128) -> Option<i128> {
    let slope = after.checked_sub(before).filter(|&slope| slope != 0)?;
    let wanted = target.checked_sub(before)?.checked_mul(step as i128)?;
    // Away from where it was, so that a condition that is missed by less than a step is met.
    let (quotient, rest) = (wanted / slope, wanted % slope);
    Some(quotient + if rest == 0 { 0 } else { (wanted.signum() * slope.signum()).signum() })
}

/// The logarithm of how far `value` lies above `limit`; 0 if it doesn't.
pub(crate) fn above(value: i128, limit: i128) -> u32 {
    let excess = value.saturating_sub(limit);
    if excess <= 0 { 0 } else { 129 - excess.leading_zeros() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_meet_and_miss_their_goals() {
        let within = |low, high, align| Goal::Within { low, high, align };
        let goals = [Goal::AtMostZero, Goal::Zero, Goal::NotZero, within(96, 800, 8), within(i128::MIN, i128::MAX, 16)];
        let mut random = Random::new(3);
        for goal in goals {
            for value in [-7, 0, 5, 100_000] {
                let need = Need { value, goal };
                for _ in 0..50 {
                    let met = Need { value: need.met(&mut random), goal };
                    assert!(met.holds(), "{met:?}");
                    let missed = Need { value: need.missed(&mut random), goal };
                    // From a value that isn't a multiple one step may lead to one.
                    assert!(!missed.holds() || value % 8 != 0, "{missed:?}");
                }
            }
        }
    }

    #[test]
    fn a_leap_reaches_its_target_or_goes_past_it() {
        assert_eq!(leap(10, 18, 1, 50), Some(5));
        assert_eq!(leap(10, 18, 1, 51), Some(6));
        assert_eq!(leap(10, 2, 1, 51), Some(-6));
        assert_eq!(leap(10, 11, 4, 12), Some(8));
        assert_eq!(leap(10, 10, 1, 12), None);
    }
}
