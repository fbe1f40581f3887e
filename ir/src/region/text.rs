//! The text form of a region, for people and snapshots. `expressions` says how its expressions are written.

use super::expressions::{Expressions, Node};
use super::{Part, Region, Source};
use std::fmt::{self, Display, Formatter};

impl Region {
    /// Every expression that the text shows.
    fn shown(&self) -> Vec<Node> {
        let addresses = self.live_ins.iter().filter_map(|live_in| match live_in.from {
            Source::Loaded { address, .. } => Some(Node::from(address)),
            _ => None,
        });
        let mut shown: Vec<Node> = addresses.chain(self.counts().into_iter().map(Node::from)).collect();
        for footprint in &self.footprints {
            shown.push(footprint.base.into());
            shown.extend(footprint.dims.iter().map(|dim| Node::from(dim.stride)));
            shown.extend(footprint.span.map(Node::from));
        }
        shown.extend(self.guards.iter().map(|guard| Node::from(guard.pred)));
        shown.extend(self.live_outs.iter().map(|out| Node::from(out.value)));
        shown.extend(self.final_loads.iter().map(|load| Node::from(load.base)));
        shown.extend(self.finals.iter().flat_map(|last| [Node::from(last.base), last.value.into()]));
        shown.extend(self.estimate.map(Node::from));
        shown
    }
}

impl Display for Region {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let expressions = Expressions::of(self, &self.shown());
        let name = self.place.name.as_deref().unwrap_or("?");
        let line = self.place.line.as_ref().map(|line| format!(", {line}")).unwrap_or_default();
        writeln!(
            f,
            "region {} in function {} ({name}) at {:#x}{line}",
            self.id, self.place.function, self.place.offset
        )?;
        for (i, live_in) in self.live_ins.iter().enumerate() {
            match live_in.from {
                Source::Loaded { memory, address, offset, kind } => {
                    let (name, address) = (kind.name(), expressions.show_inside(address));
                    writeln!(f, "  l{i}: {} = {name} at {address}+{offset} of memory {memory}", live_in.ty)?;
                }
                from => writeln!(f, "  l{i}: {} = {from}", live_in.ty)?,
            }
        }
        for (d, &trip) in self.trips.iter().enumerate() {
            writeln!(f, "  n{d} = {}", expressions.show(trip))?;
        }
        for (d, &extent) in self.extents.iter().enumerate() {
            writeln!(f, "  n{} <= {}", self.trips.len() + d, expressions.show(extent))?;
        }
        for (i, footprint) in self.footprints.iter().enumerate() {
            let dim = |d: &super::FootprintDim| format!(" + i{} * {}", d.dim, expressions.show_inside(d.stride));
            let dims: String = footprint.dims.iter().map(dim).collect();
            let must = if footprint.must_write { ", all written" } else { "" };
            let access = match footprint.access {
                super::Access::Update(op) => format!("update {}", op.name()),
                access => format!("{access:?}").to_lowercase(),
            };
            let base = expressions.show_inside(footprint.base);
            let at = if footprint.access.is_checked() { "around" } else { "at" };
            let (memory, width, align) = (footprint.memory, footprint.width, footprint.align);
            let wide = if footprint.wide { " (64-bit)" } else { "" };
            write!(
                f,
                "  f{i}: {access} {width} bytes {at} {base}{dims} of memory {memory}{wide}, align {align}{must}"
            )?;
            match footprint.span {
                Some(span) => writeln!(f, ", likely within {} bytes", expressions.show_inside(span))?,
                None => writeln!(f)?,
            }
        }
        for guard in &self.guards {
            writeln!(f, "  guard {}: {}", guard.why, expressions.show(guard.pred))?;
        }
        for (i, (ty, role)) in self.returns.iter().enumerate() {
            writeln!(f, "  r{i}: {ty} = {role:?}")?;
        }
        for out in &self.live_outs {
            let part = match out.part {
                Part::Whole => "",
                Part::Low => "low half of ",
                Part::High => "high half of ",
            };
            writeln!(f, "  {part}local {}: {} = {}", out.local, out.ty, expressions.show(out.value))?;
        }
        for (i, load) in self.final_loads.iter().enumerate() {
            let (name, at) = (load.kind.name(), expressions.show_inside(load.base));
            writeln!(f, "  r{} = {name} at {at} of memory {} in the end", self.returns.len() + i, load.memory)?;
        }
        for last in &self.finals {
            let (at, value) = (expressions.show_inside(last.base), expressions.show(last.value));
            writeln!(f, "  finally {} bytes at {at} of memory {} = {value}", last.width, last.memory)?;
        }
        if self.resumes {
            writeln!(f, "  then the loop goes on")?;
        }
        match self.estimate {
            Some(estimate) => writeln!(f, "  estimate {}", expressions.show(estimate))?,
            None => writeln!(f, "  estimate by the host")?,
        }
        for (name, text) in expressions.explained() {
            writeln!(f, "  where {name} = {text}")?;
        }
        writeln!(f, "  {}", if self.can_bail { "may bail" } else { "can't bail" })
    }
}
