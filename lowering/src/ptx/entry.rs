//! The module around the body: header, parameters, thread index, blocks in order, and the block that bails.

use super::assembly::{Arg, Condition, Reg, Width};
use super::layout::BAIL;
use super::listing::{Listing, Node};
use super::payloads::Payloads;
use super::places::Places;
use super::writer::{Writer, name_of};
use super::{Options, PtxError};
use ir::abi::{self, Param};
use ir::faults;
use ir::kernel::view::View;
use ir::region::Region;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// How often a thread of an unbounded region may pass the heads of its loops before it bails.
pub const STEP_BUDGET: u32 = 1 << 28;

/// Bytes of parameters that a launch carries before PTX 8.1.
const PARAMETERS_BEFORE_8_1: u32 = 4352;
/// Bytes of parameters that a launch carries.
const PARAMETERS: u32 = 32_764;

/// Writes the module.
pub(super) fn write(
    region: &Region,
    listing: &Listing,
    payloads: &Payloads,
    places: Places,
    entry: &str,
    options: Options,
) -> Result<String, PtxError> {
    check_name(entry)?;
    let params = abi::params(region);
    let (major, minor) = version(&params, options)?;
    let mut writer = Writer::new(listing, payloads, places, entry, &params);
    writer.head(region.unbounded);
    for position in 0..writer.layout.order.len() {
        writer.block(position);
    }
    writer.bail_block();

    let mut out = format!(".version {major}.{minor}\n.target {}\n.address_size 64\n\n", options.target);
    let declared: Vec<String> = params
        .iter()
        .enumerate()
        .map(|(index, param)| format!("\t.param .b{} {}", param.bits(), name_of(entry, index)))
        .collect();
    // Writing to a string doesn't fail.
    let _ = writeln!(out, ".visible .entry {entry}(\n{}\n)", declared.join(",\n"));
    let _ = writeln!(out, ".reqntid {}, 1, 1\n{{\n{}}}", listing.shape.block, writer.places.assembly.finish());
    Ok(out)
}

/// A PTX identifier without `$` and `%`, which our labels and registers begin with.
fn check_name(entry: &str) -> Result<(), PtxError> {
    let mut chars = entry.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    if first && chars.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Ok(())
    } else {
        Err(PtxError::EntryName(entry.to_owned()))
    }
}

/// The PTX version that the target and the size of the parameters need.
fn version(params: &[Param], options: Options) -> Result<(u32, u32), PtxError> {
    let mut bytes = 0u32;
    for param in params {
        let width = param.bits() / 8;
        bytes = bytes.next_multiple_of(width) + width;
    }
    match bytes {
        _ if bytes > PARAMETERS => Err(PtxError::Parameters { found: bytes, limit: PARAMETERS }),
        _ if bytes > PARAMETERS_BEFORE_8_1 => Ok(options.target.version().max((8, 1))),
        _ => Ok(options.target.version()),
    }
}

impl Writer<'_> {
    /// The thread index and its bounds, then the deltas of the footprints that the kernel uses, and the budget of a thread
    /// whose loops nothing else bounds.
    fn head(&mut self, unbounded: bool) {
        let shape = &self.listing.shape;
        let dims = shape.grid.len();
        self.trips = (0..dims).map(|dim| self.param(Param::Trip(dim as u32), Width::W64)).collect();
        self.indices = (0..dims).map(|dim| self.index_register(dim as u32)).collect();
        for (&dim, axis) in shape.grid.iter().zip(["x", "y", "z"]) {
            let (index, trip) = (self.indices[dim as usize], self.trips[dim as usize]);
            self.axis_index(axis, index);
            let past = self.fresh(Width::Predicate, "setp.ge.u64", &[index.into(), trip.into()]);
            if !faults::on("ptx-threads-past-the-end") {
                self.asm().op_if(Condition { reg: past, negated: false }, "exit", &[]);
            }
        }
        self.load_deltas();
        self.load_reaches();
        if unbounded && self.layout.has_loops() {
            let budget = self.fresh(Width::W32, "mov.b32", &[i64::from(STEP_BUDGET).into()]);
            self.budget = Some(budget);
        }
    }

    /// The register of the thread's index in `dim`: that of the value, where the kernel uses it.
    fn index_register(&mut self, dim: u32) -> Reg {
        let node = self.listing.nodes().find(|node| node.view == View::Index(dim));
        node.and_then(|node| self.result(node)).unwrap_or_else(|| self.reg(Width::W64))
    }

    /// The position along a grid axis: x counts threads, y and z count blocks of one thread.
    fn axis_index(&mut self, axis: &str, to: Reg) {
        let block = self.fresh(Width::W32, "mov.u32", &[format!("%ctaid.{axis}").as_str().into()]);
        if axis != "x" {
            return self.asm().op("cvt.u64.u32", &[to.into(), block.into()]);
        }
        let thread = self.fresh(Width::W32, "mov.u32", &["%tid.x".into()]);
        let threads = i64::from(self.listing.shape.block) - i64::from(faults::on("ptx-blocks-overlap"));
        let first = self.fresh(Width::W64, "mul.wide.u32", &[block.into(), threads.into()]);
        let within = self.fresh(Width::W64, "cvt.u64.u32", &[thread.into()]);
        self.asm().op("add.s64", &[to.into(), first.into(), within.into()]);
    }

    fn load_deltas(&mut self) {
        let spaces = self.listing.nodes().filter_map(|node| match node.view {
            View::Address(space) | View::Checked { space, .. } => Some(space),
            _ => None,
        });
        // In the order of footprints, for people.
        let spaces: BTreeSet<u32> = spaces.collect();
        for space in spaces {
            let delta = self.param(Param::Delta(space), Width::W64);
            self.deltas.insert(space, delta);
        }
    }

    /// For each footprint and width of checked accesses, where the first byte may lie: from the low end on, and how far.
    fn load_reaches(&mut self) {
        let checked = self.listing.nodes().filter_map(|node| match node.view {
            View::Checked { space, width, .. } => Some((space, width)),
            _ => None,
        });
        let checked: BTreeSet<(u32, u32)> = checked.collect();
        let mut spaces: BTreeMap<u32, (Reg, Reg)> = BTreeMap::new();
        for (space, width) in checked {
            let (low, length) = *spaces.entry(space).or_insert_with(|| {
                (self.param(Param::Low(space), Width::W64), self.param(Param::Length(space), Width::W64))
            });
            let width_of_last = if faults::on("ptx-reach-ends-late") { 1 } else { i64::from(width) };
            let last = self.fresh(Width::W64, "add.s64", &[length.into(), (-width_of_last).into()]);
            self.reaches.insert((space, width), (low, last));
        }
    }

    /// Writes the block at this position of the layout.
    fn block(&mut self, position: usize) {
        let block = self.layout.order[position];
        self.next = self.layout.order.get(position + 1).copied();
        self.exact.clear();
        if block > 0 {
            let label = self.layout.label(block);
            self.asm().label(&label);
        }
        if self.layout.is_head(block) {
            self.spend();
        }
        let listing = self.listing;
        for node in &listing.blocks[block].nodes {
            self.node(node);
        }
    }

    /// Takes one step from the budget and bails if none is left.
    fn spend(&mut self) {
        if let Some(budget) = self.budget {
            self.asm().op("add.s32", &[budget.into(), budget.into(), (-1).into()]);
            let spent = self.fresh(Width::Predicate, "setp.eq.s32", &[budget.into(), 0.into()]);
            self.bail_if(Condition { reg: spent, negated: false });
        }
    }

    fn node(&mut self, node: &Node) {
        match &node.view {
            // A constant is written where it is used, an index is computed in the first lines.
            View::Const(_) | View::Index(_) => {}
            View::LiveIn(index) => {
                if let Some(to) = self.result(node) {
                    let ty = self.listing.shape.live_ins[*index as usize];
                    self.param_to(to, Param::LiveIn(*index, ty));
                }
            }
            View::Unary(op) => self.unary(*op, node),
            View::Binary(op) => self.binary(*op, node),
            View::Ternary(op) => self.ternary(*op, node),
            View::Select => self.select(node),
            View::Address(space) => {
                let delta = self.deltas[space];
                self.address(node, delta);
            }
            View::Checked { space, offset, width } => self.checked(node, *space, *offset, *width),
            View::Load(kind, offset) => self.load(*kind, *offset, node),
            View::Store(kind, offset) => self.store(*kind, *offset, node),
            View::Update(op, width @ (1 | 2), offset) => self.update_within(*op, *width, *offset, node),
            View::Update(op, _, offset) => self.update(*op, *offset, node),
            View::Jump => self.jump(node),
            View::Branch => self.branch(node),
            View::Switch => self.switch(node),
            View::Bail => self.bail(),
            View::Return(roles) => self.return_values(roles, node),
        }
    }

    /// Sets the flag and ends the thread. Several threads may do so at once, so it is an atomic operation.
    fn bail_block(&mut self) {
        if !self.bails {
            return;
        }
        self.asm().label(BAIL);
        let flag = self.param(Param::BailFlag, Width::W64);
        if !faults::on("ptx-bail-without-flag") {
            self.asm().op("red.global.or.b32", &[Arg::Memory(flag, 0), 1.into()]);
        }
        self.asm().op("exit", &[]);
    }
}
