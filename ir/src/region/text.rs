//! The text form of a region, for people and snapshots: expressions are written out where they are used.
//!
//! Shared nodes are written again at every use, so a small list can stand for a huge text; each expression is cut off after
//! [`MAX_SHOWN`] nodes.

use super::guards::{Int, IntId, Pred, PredId};
use super::{Region, Scalar, ScalarId};
use std::fmt::{self, Display, Formatter};

/// Nodes of one expression that are written out; the rest is an ellipsis.
const MAX_SHOWN: usize = 400;

impl Region {
    /// A scalar as an expression over live-ins (`l0`), trip counts (`n0`) and returned values (`r0`).
    pub fn show_scalar(&self, id: ScalarId) -> String {
        self.scalar(id, &mut MAX_SHOWN.clone())
    }

    /// An integer as an expression; `u(x)` and `s(x)` read a scalar unsigned and signed.
    pub fn show_int(&self, id: IntId) -> String {
        self.int(id, true, &mut MAX_SHOWN.clone())
    }

    /// A predicate as an expression; `f0 # f1` says that two footprints are disjoint.
    pub fn show_pred(&self, id: PredId) -> String {
        self.pred(id, &mut MAX_SHOWN.clone())
    }

    fn scalar(&self, id: ScalarId, left: &mut usize) -> String {
        let Some(node) = spend(left).then(|| self.scalars.0.get(id.0 as usize)).flatten() else { return "…".into() };
        match *node {
            Scalar::LiveIn(i) => format!("l{i}"),
            Scalar::Const(c) if c.ty.is_int() => c.signed().to_string(),
            Scalar::Const(c) => c.to_string(),
            Scalar::Unary(op, a) => format!("{}({})", op.name(), self.scalar(a, left)),
            Scalar::Binary(op, a, b) => format!("{}({}, {})", op.name(), self.scalar(a, left), self.scalar(b, left)),
            Scalar::Trip(d) => format!("n{d}"),
            Scalar::Returned(i) => format!("r{i}"),
        }
    }

    /// `whole` writes the trip count out instead of naming it.
    fn int(&self, id: IntId, whole: bool, left: &mut usize) -> String {
        let Some(node) = spend(left).then(|| self.program.ints.get(id.0 as usize)).flatten() else {
            return "…".into();
        };
        if !whole && self.trips.first() == Some(&id) && !matches!(node, Int::Const(_)) {
            return "n0".into();
        }
        let mut binary = |op: &str, a: IntId, b: IntId| {
            let a = self.int(a, false, left);
            format!("({a} {op} {})", self.int(b, false, left))
        };
        match *node {
            Int::Const(c) => c.to_string(),
            Int::Signed(s) => format!("s({})", self.scalar(s, left)),
            Int::Unsigned(s) => format!("u({})", self.scalar(s, left)),
            Int::MemoryBytes(m) => format!("bytes(memory {m})"),
            Int::Add(a, b) => binary("+", a, b),
            Int::Sub(a, b) => binary("-", a, b),
            Int::Mul(a, b) => binary("*", a, b),
            Int::FloorDiv(a, b) => binary("div", a, b),
            Int::Min(a, b) => binary("min", a, b),
            Int::Max(a, b) => binary("max", a, b),
        }
    }

    fn pred(&self, id: PredId, left: &mut usize) -> String {
        let Some(node) = spend(left).then(|| self.program.preds.get(id.0 as usize)).flatten() else {
            return "…".into();
        };
        let mut compare = |a: IntId, op: &str, b: IntId| {
            let a = self.int(a, false, left);
            format!("{a} {op} {}", self.int(b, false, left))
        };
        match *node {
            Pred::Lt(a, b) => compare(a, "<", b),
            Pred::Le(a, b) => compare(a, "<=", b),
            Pred::Eq(a, b) => compare(a, "==", b),
            Pred::Divides(a, b) => compare(a, "divides", b),
            Pred::And(a, b) => format!("({} and {})", self.pred(a, left), self.pred(b, left)),
            Pred::Or(a, b) => format!("({} or {})", self.pred(a, left), self.pred(b, left)),
            Pred::Not(a) => format!("not ({})", self.pred(a, left)),
            Pred::SameMemory(a, b) => format!("memory {a} is memory {b}"),
            Pred::Disjoint(a, b) => format!("f{a} # f{b}"),
        }
    }
}

/// Takes one from `left`, if there is one. Each step down an expression spends one, which bounds its depth as well.
fn spend(left: &mut usize) -> bool {
    left.checked_sub(1).map(|rest| *left = rest).is_some()
}

impl Display for Region {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = self.place.name.as_deref().unwrap_or("?");
        let line = self.place.line.as_ref().map(|line| format!(", {line}")).unwrap_or_default();
        writeln!(
            f,
            "region {} in function {} ({name}) at {:#x}{line}",
            self.id, self.place.function, self.place.offset
        )?;
        for (i, live_in) in self.live_ins.iter().enumerate() {
            writeln!(f, "  l{i}: {} = local {}", live_in.ty, live_in.local)?;
        }
        for (d, &trip) in self.trips.iter().enumerate() {
            writeln!(f, "  n{d} = {}", self.show_int(trip))?;
        }
        for (i, footprint) in self.footprints.iter().enumerate() {
            let dims: Vec<String> = footprint
                .dims
                .iter()
                .map(|d| format!(" + i{} * {}", d.dim, self.int(d.stride, false, &mut MAX_SHOWN.clone())))
                .collect();
            let must = if footprint.must_write { ", all written" } else { "" };
            let (access, base) = (
                format!("{:?}", footprint.access).to_lowercase(),
                self.int(footprint.base, false, &mut MAX_SHOWN.clone()),
            );
            let (memory, width, align) = (footprint.memory, footprint.width, footprint.align);
            let dims = dims.concat();
            writeln!(f, "  f{i}: {access} {width} bytes at {base}{dims} of memory {memory}, align {align}{must}")?;
        }
        for guard in &self.guards {
            writeln!(f, "  guard {}: {}", guard.why, self.show_pred(guard.pred))?;
        }
        for (i, (ty, role)) in self.returns.iter().enumerate() {
            writeln!(f, "  r{i}: {ty} = {role:?}")?;
        }
        for out in &self.live_outs {
            writeln!(f, "  local {}: {} = {}", out.local, out.ty, self.show_scalar(out.value))?;
        }
        match self.estimate {
            Some(estimate) => writeln!(f, "  estimate {}", self.show_scalar(estimate))?,
            None => writeln!(f, "  estimate by the host")?,
        }
        writeln!(f, "  {}", if self.can_bail { "may bail" } else { "can't bail" })
    }
}
