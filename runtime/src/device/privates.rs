//! Private cells of updates: what lets the CPU's threads update one array without atomic operations.
//!
//! Input are the footprints that a kernel updates and the reaches of a launch. Each box of the iteration space but the first works
//! on cells of its own, which start from the identity of the operator; what they hold in the end is combined into the cells that the
//! first box has worked on. Since the operator is associative and commutative, that is what any order of the updates would leave.
//! So no two boxes touch a common byte, and each sees plain loads and stores.
//!
//! It costs as many cells as there are boxes, so there are no more boxes than the iterations are worth.

use super::{DeviceError, Launch};
use crate::transaction::{Staging, Transaction};
use ir::faults;
use ir::lowered::Type;
use ir::region::{Access, ReduceOp, Region};

/// The footprints of a region that are updated.
#[derive(Clone, Debug)]
pub(super) struct Updated {
    list: Vec<Cells>,
}

/// A footprint that is updated.
#[derive(Clone, Copy, Debug)]
struct Cells {
    footprint: usize,
    op: ReduceOp,
    /// The bytes of a cell.
    width: usize,
    /// The type of what is combined, of which a narrow cell holds the low bits.
    ty: Type,
}

/// The private cells of one box, in the order of the updated footprints.
#[derive(Debug)]
pub(super) struct Privates(Vec<Staging>);

impl Updated {
    /// Those of a verified region.
    pub fn of(region: &Region) -> Updated {
        let cells = |(footprint, of): (usize, &ir::region::Footprint)| match of.access {
            Access::Update(op) => {
                let ty = if of.width == 8 { Type::I64 } else { Type::I32 };
                Some(Cells { footprint, op, width: of.width as usize, ty })
            }
            _ => None,
        };
        Updated { list: region.footprints.iter().enumerate().filter_map(cells).collect() }
    }

    /// How many boxes of the `wanted` ones are worth their cells.
    pub fn boxes(&self, launch: &Launch<'_>, threads: u64, wanted: u64) -> u64 {
        let cells = |of: &Cells| launch.reaches[of.footprint].length / of.width as u64;
        let iterations = launch.trips.iter().fold(1u64, |all, &trip| all.saturating_mul(trip));
        match self.list.iter().map(cells).max() {
            Some(most) => wanted.min(threads).min(1 + iterations / most.max(1)),
            None => wanted,
        }
    }

    /// Cells for each of `boxes` boxes but the first.
    pub fn privates(&self, launch: &Launch<'_>, boxes: usize) -> Result<Vec<Privates>, DeviceError> {
        (1..boxes)
            .map(|_| self.list.iter().map(|of| of.fresh(launch)).collect::<Result<_, _>>().map(Privates))
            .collect()
    }

    /// Where a box finds each footprint, given where the first one does.
    pub fn deltas(&self, launch: &Launch<'_>, deltas: &[u64], privates: &mut Privates) -> Vec<u64> {
        let mut own = deltas.to_vec();
        for (of, cells) in self.list.iter().zip(&mut privates.0) {
            let address = cells.bytes_mut().as_mut_ptr().expose_provenance() as u64;
            own[of.footprint] = address.wrapping_sub(launch.reaches[of.footprint].low);
        }
        own
    }

    /// Combines private cells into those of the transaction.
    pub fn merge(
        &self,
        launch: &Launch<'_>,
        privates: &[Privates],
        transaction: &mut Transaction<'_>,
    ) -> Result<(), DeviceError> {
        // A kernel that updates may bail and never works in place; one that doesn't has left nothing to combine.
        if privates.is_empty() || transaction.is_in_place() || faults::on("private-cells-forgotten") {
            return Ok(());
        }
        for (position, of) in self.list.iter().enumerate() {
            let reach = launch.reaches[of.footprint];
            let Some(window) = transaction.window_of(of.footprint as u32) else { continue };
            let start = (reach.low - transaction.windows()[window].range.start) as usize;
            let into = &mut transaction.receive(window)?[start..start + reach.length as usize];
            for cells in privates {
                of.combine(into, cells.0[position].bytes());
            }
        }
        Ok(())
    }
}

impl Cells {
    fn fresh(&self, launch: &Launch<'_>) -> Result<Staging, DeviceError> {
        let reach = launch.reaches[self.footprint];
        let mut cells = Staging::zeros(reach.low, reach.length)?;
        let identity = if faults::on("private-cells-start-at-zero") { 0 } else { self.op.identity(self.ty) };
        let identity = identity.to_le_bytes();
        if identity != [0; 8] {
            let width = self.width;
            cells.bytes_mut().chunks_exact_mut(width).for_each(|cell| cell.copy_from_slice(&identity[..width]));
        }
        Ok(cells)
    }

    fn combine(&self, into: &mut [u8], from: &[u8]) {
        let width = self.width;
        let bits = |cell: &[u8]| {
            let mut bytes = [0; 8];
            bytes[..width].copy_from_slice(cell);
            u64::from_le_bytes(bytes)
        };
        for (into, from) in into.chunks_exact_mut(width).zip(from.chunks_exact(width)) {
            let both = self.op.combine(self.ty, bits(into), bits(from));
            into.copy_from_slice(&both.to_le_bytes()[..width]);
        }
    }
}
