//! Why a loop isn't offloaded: a closed list, each with what would change it.
//!
//! A decline is data, not an error: the loop is valid and runs as it always did.

use serde::Serialize;
use std::fmt;

/// The reason for a decline.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Reason {
    /// The loop touches no memory, so there is nothing a kernel could produce in bulk.
    NoMemoryAccess,
    /// The function has a form that isn't translated.
    UntranslatedFunction {
        /// The operator that has none, by its Wasm name.
        operator: String,
        /// Its byte offset in the module.
        offset: u32,
    },
    /// The function exceeds the limits of the analysis.
    FunctionTooLarge,
    /// The loop can't be left, or control enters it in more than one way.
    Irregular {
        /// What was found.
        what: String,
    },
    /// An operator that no kernel can hold.
    Operator {
        /// Its Wasm name.
        name: String,
    },
    /// A global is read or written.
    Global {
        /// Its index.
        index: u32,
    },
    /// A memory that other threads may access, or an access that no memory is large enough for.
    Memory {
        /// What it is.
        what: String,
    },
    /// How often the loop runs isn't known when it starts.
    TripCount {
        /// What is known of the exit.
        why: String,
    },
    /// How often a loop inside runs isn't known when the nest starts, and something of the nest depends on it.
    InnerCount {
        /// What does.
        what: String,
        /// Its byte offset in the module, if it is an access.
        offset: Option<u32>,
    },
    /// The loop can also be left elsewhere.
    SideExit,
    /// A float is accumulated, and its order of operations must stay.
    FloatReduction {
        /// The operator.
        operator: String,
    },
    /// A value from one iteration is used in the next.
    CarriedValue {
        /// The local that carries it.
        local: u32,
    },
    /// An address isn't a start plus a multiple of the iteration number.
    Address {
        /// The access, by its Wasm name.
        access: String,
        /// Its byte offset in the module.
        offset: u32,
    },
    /// Two accesses of different iterations touch common bytes.
    CarriedDependence {
        /// The store's byte offset in the module.
        store: u32,
        /// The other access's byte offset.
        other: u32,
        /// How many iterations apart they are, if that is known.
        distance: Option<i64>,
    },
    /// Every iteration stores to the same place.
    InvariantStore {
        /// The store's byte offset in the module.
        store: u32,
    },
    /// A value that is needed after the loop isn't known without running it in order.
    LiveOut {
        /// The local that holds it.
        local: u32,
    },
    /// A value that the loop needs isn't in any local.
    LiveIn,
    /// The loop only reads, and nothing of what it computes is needed.
    NoResult,
    /// The exit can't be expressed by a branch in front of the loop.
    Exit {
        /// Why not.
        why: String,
    },
    /// The rewriter can't carry this module.
    Module {
        /// What it can't carry.
        why: String,
    },
    /// A limit of the bundle format is exceeded.
    Limit {
        /// Which one.
        what: String,
    },
}

impl Reason {
    /// True if another loop of the nest may be free of what this says of one.
    pub(crate) fn is_about_order(&self) -> bool {
        matches!(
            self,
            Reason::FloatReduction { .. }
                | Reason::CarriedValue { .. }
                | Reason::CarriedDependence { .. }
                | Reason::InvariantStore { .. }
        )
    }

    /// What would have to change for the loop to be offloaded.
    pub fn remedy(&self) -> &'static str {
        match self {
            Reason::NoMemoryAccess => "nothing: the loop produces no array",
            Reason::UntranslatedFunction { .. } => {
                "move the loop to a function without exception handling or reference branches"
            }
            Reason::FunctionTooLarge => "split the function",
            Reason::Irregular { .. } => "keep what the loop carries in locals, and give it an exit",
            Reason::Operator { .. } => "move the operator out of the loop, or let the producer inline the call",
            Reason::Global { .. } => "copy the global to a local before the loop",
            Reason::Memory { .. } => "use a memory that isn't shared, and static offsets below 4 GiB",
            Reason::TripCount { .. } => "count with a step that doesn't change against a bound that doesn't change",
            Reason::InnerCount { .. } => {
                "count the loop inside to a bound that is linear in the iteration numbers around it"
            }
            Reason::SideExit => "leave the loop only where it counts",
            Reason::FloatReduction { .. } => {
                "nothing in exact mode: the order of float operations is part of the result"
            }
            Reason::CarriedValue { .. } => "compute the value from the iteration number",
            Reason::Address { .. } => "index with a linear function of the iteration number",
            Reason::CarriedDependence { .. } => "write to another array, or split the loop",
            Reason::InvariantStore { .. } => "keep the value in a local and store it after the loop",
            Reason::LiveOut { .. } => "recompute the value after the loop",
            Reason::LiveIn => "load the value into a local before the loop",
            Reason::NoResult => "nothing: the loop has no effect",
            Reason::Exit { .. } => "leave the loop by falling out of it or by a plain branch",
            Reason::Module { .. } => "remove the feature, or build without it",
            Reason::Limit { .. } => "split the loop",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NoMemoryAccess => write!(f, "it accesses no memory"),
            Reason::UntranslatedFunction { operator, offset } => {
                write!(f, "its function branches by `{operator}` at {offset:#x}, which isn't translated")
            }
            Reason::FunctionTooLarge => write!(f, "the function is too large to analyse"),
            Reason::Irregular { what } => write!(f, "its control flow is irregular: {what}"),
            Reason::Operator { name } => write!(f, "it holds `{name}`"),
            Reason::Global { index } => write!(f, "it accesses global {index}"),
            Reason::Memory { what } => write!(f, "it accesses {what}"),
            Reason::TripCount { why } => write!(f, "its trip count isn't known on entry: {why}"),
            Reason::InnerCount { what, .. } => {
                write!(f, "how often a loop inside runs isn't known on entry, and {what} depends on it")
            }
            Reason::SideExit => write!(f, "it can also be left from the middle"),
            Reason::FloatReduction { operator } => write!(f, "it accumulates floats with `{operator}`"),
            Reason::CarriedValue { local } => write!(f, "local {local} carries a value from one iteration to the next"),
            Reason::Address { access, offset } => {
                write!(f, "the address of `{access}` at {offset:#x} isn't linear in the iteration number")
            }
            Reason::CarriedDependence { store, other, distance: Some(distance) } => {
                let iterations = if *distance == 1 { "iteration" } else { "iterations" };
                write!(
                    f,
                    "the store at {store:#x} and the access at {other:#x} touch common bytes {distance} {iterations} apart"
                )
            }
            Reason::CarriedDependence { store, other, distance: None } => {
                write!(
                    f,
                    "the store at {store:#x} and the access at {other:#x} touch common bytes in different iterations"
                )
            }
            Reason::InvariantStore { store } => write!(f, "every iteration stores to the same bytes at {store:#x}"),
            Reason::LiveOut { local } => write!(f, "local {local} is needed afterwards and has no closed form"),
            Reason::LiveIn => write!(f, "it needs a value that no local holds on entry"),
            Reason::NoResult => write!(f, "it has no result"),
            Reason::Exit { why } => write!(f, "its exit can't be taken from in front of the loop: {why}"),
            Reason::Module { why } => write!(f, "the module can't be rewritten: {why}"),
            Reason::Limit { what } => write!(f, "it exceeds a limit: {what}"),
        }
    }
}
