//! Seeded faults: places where a build for mutation testing can be made wrong, one at a time.
//!
//! A test suite that finds nothing says nothing until it is known to find what is there. Each fault is a mistake that a
//! stage could really have, named in `oracle/mutants.json` with the soundness rule that it breaks; `cargo xtask mutants`
//! turns one on at a time and counts how many cases the oracle needs. Without the feature `faults`, which no release has,
//! [`on`] is the constant `false` and nothing remains of them.

/// The environment variable that names the fault to turn on.
pub const VARIABLE: &str = "TENSORWASM_FAULT";

#[cfg(not(feature = "faults"))]
mod switch {
    /// True if this fault is on: never, in this build.
    #[inline(always)]
    pub const fn on(_: &str) -> bool {
        false
    }

    /// How often the fault that is on was reached: never, in this build.
    pub const fn reached() -> u64 {
        0
    }
}

#[cfg(feature = "faults")]
mod switch {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static FAULT: LazyLock<Option<String>> = LazyLock::new(|| std::env::var(super::VARIABLE).ok());
    static REACHED: AtomicU64 = AtomicU64::new(0);

    /// True if this fault is on.
    pub fn on(name: &str) -> bool {
        let on = FAULT.as_deref() == Some(name);
        if on {
            REACHED.fetch_add(1, Ordering::Relaxed);
        }
        on
    }

    /// How often the fault that is on was reached.
    pub fn reached() -> u64 {
        REACHED.load(Ordering::Relaxed)
    }
}

pub use switch::{on, reached};

/// True in builds with seeded faults.
pub const SEEDED: bool = cfg!(feature = "faults");

/// True if the fault is on that does `what` to guards that stand for `why`.
///
/// Guards are told apart by what they protect; the numbers of arrays in it don't count.
pub fn on_guard(what: &str, why: &str) -> bool {
    SEEDED && {
        let words: Vec<&str> = why.split(' ').filter(|word| word.parse::<u32>().is_err()).collect();
        on(&format!("guard-{what}-{}", words.join("-")))
    }
}
