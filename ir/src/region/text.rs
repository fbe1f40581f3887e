//! The text form of a region, for people and snapshots: expressions are written out where they are used.

use super::guards::{Int, IntId, Pred, PredId};
use super::{Region, Scalar, ScalarId};
use std::fmt::{self, Display, Formatter};

impl Region {
    /// A scalar as an expression over live-ins (`l0`), trip counts (`n0`) and returned values (`r0`).
    pub fn show_scalar(&self, id: ScalarId) -> String {
        self.scalar(id, 0)
    }

    /// An integer as an expression; `u(x)` and `s(x)` read a scalar unsigned and signed.
    pub fn show_int(&self, id: IntId) -> String {
        self.int(id, 0)
    }

    /// A predicate as an expression; `f0 # f1` says that two footprints are disjoint.
    pub fn show_pred(&self, id: PredId) -> String {
        self.pred(id, 0)
    }

    fn scalar(&self, id: ScalarId, depth: usize) -> String {
        let Some(node) = self.scalars.0.get(id.0 as usize).filter(|_| depth < 64) else { return "…".into() };
        match *node {
            Scalar::LiveIn(i) => format!("l{i}"),
            Scalar::Const(c) if c.ty.is_int() => c.signed().to_string(),
            Scalar::Const(c) => c.to_string(),
            Scalar::Unary(op, a) => format!("{}({})", op.name(), self.scalar(a, depth + 1)),
            Scalar::Binary(op, a, b) => {
                format!("{}({}, {})", op.name(), self.scalar(a, depth + 1), self.scalar(b, depth + 1))
            }
            Scalar::Trip(d) => format!("n{d}"),
            Scalar::Returned(i) => format!("r{i}"),
        }
    }

    fn int(&self, id: IntId, depth: usize) -> String {
        if depth > 0 && self.trips.first() == Some(&id) && !matches!(self.program.ints[id.0 as usize], Int::Const(_)) {
            return "n0".into();
        }
        let Some(node) = self.program.ints.get(id.0 as usize).filter(|_| depth < 64) else { return "…".into() };
        let binary =
            |op: &str, a: IntId, b: IntId| format!("({} {op} {})", self.int(a, depth + 1), self.int(b, depth + 1));
        match *node {
            Int::Const(c) => c.to_string(),
            Int::Signed(s) => format!("s({})", self.scalar(s, 0)),
            Int::Unsigned(s) => format!("u({})", self.scalar(s, 0)),
            Int::MemoryBytes(m) => format!("bytes(memory {m})"),
            Int::Add(a, b) => binary("+", a, b),
            Int::Sub(a, b) => binary("-", a, b),
            Int::Mul(a, b) => binary("*", a, b),
            Int::FloorDiv(a, b) => binary("div", a, b),
            Int::Min(a, b) => binary("min", a, b),
            Int::Max(a, b) => binary("max", a, b),
        }
    }

    fn pred(&self, id: PredId, depth: usize) -> String {
        let Some(node) = self.program.preds.get(id.0 as usize).filter(|_| depth < 64) else { return "…".into() };
        let int = |i: IntId| self.int(i, 1);
        match *node {
            Pred::Lt(a, b) => format!("{} < {}", int(a), int(b)),
            Pred::Le(a, b) => format!("{} <= {}", int(a), int(b)),
            Pred::Eq(a, b) => format!("{} == {}", int(a), int(b)),
            Pred::Divides(a, b) => format!("{} divides {}", int(a), int(b)),
            Pred::And(a, b) => format!("({} and {})", self.pred(a, depth + 1), self.pred(b, depth + 1)),
            Pred::Or(a, b) => format!("({} or {})", self.pred(a, depth + 1), self.pred(b, depth + 1)),
            Pred::Not(a) => format!("not ({})", self.pred(a, depth + 1)),
            Pred::SameMemory(a, b) => format!("memory {a} is memory {b}"),
            Pred::Disjoint(a, b) => format!("f{a} # f{b}"),
        }
    }
}

impl Display for Region {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = self.place.name.as_deref().unwrap_or("?");
        writeln!(f, "region {} in function {} ({name}) at {:#x}", self.id, self.place.function, self.place.offset)?;
        for (i, live_in) in self.live_ins.iter().enumerate() {
            writeln!(f, "  l{i}: {} = local {}", live_in.ty, live_in.local)?;
        }
        for (d, &trip) in self.trips.iter().enumerate() {
            writeln!(f, "  n{d} = {}", self.show_int(trip))?;
        }
        for (i, footprint) in self.footprints.iter().enumerate() {
            let dims: Vec<String> =
                footprint.dims.iter().map(|d| format!(" + i{} * {}", d.dim, self.int(d.stride, 1))).collect();
            let must = if footprint.must_write { ", all written" } else { "" };
            let (access, base) = (format!("{:?}", footprint.access).to_lowercase(), self.int(footprint.base, 1));
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
