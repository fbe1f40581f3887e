//! Scalars: wrapping expressions over live-ins, in Wasm's own arithmetic.
//!
//! They describe start addresses, strides, live-outs in closed form and the guest's work estimate. An operator that
//! traps has no value, and a dispatch that needs it is skipped.

use crate::lowered::{BinaryOp, Const, Type, UnaryOp, eval};
use serde::{Deserialize, Serialize};

/// An index into [`Scalars`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ScalarId(pub u32);

/// A node of the wrapping expression language.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Scalar {
    /// The live-in with this index.
    LiveIn(u32),
    /// A constant.
    Const(Const),
    /// An operator applied to one node.
    Unary(UnaryOp, ScalarId),
    /// An operator applied to two nodes.
    Binary(BinaryOp, ScalarId, ScalarId),
    /// The count of a dimension as [`super::Region::counts`] lists them, modulo 2^64, as `i64`: of a parallel one its trip count, of a
    /// sequential one its extent.
    Trip(u32),
    /// A value that the kernel returned, combined over all threads, or behind those one that dispatch reads in the end; only after a launch.
    Returned(u32),
}

/// A list of nodes; operands have smaller indices.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Scalars(pub Vec<Scalar>);

impl Scalars {
    /// Adds a node, or returns the equal one that is there.
    pub fn add(&mut self, node: Scalar) -> ScalarId {
        let found = self.0.iter().position(|&n| n == node);
        let index = found.unwrap_or_else(|| {
            self.0.push(node);
            self.0.len() - 1
        });
        ScalarId(index as u32)
    }

    /// The value of every node; `None` where an operator traps, an operand is missing or has the wrong type, or the
    /// node refers to something not given.
    pub fn evaluate(&self, live_ins: &[u64], counts: &[u64], returned: &[u64]) -> Vec<Option<u64>> {
        values(&self.0, live_ins, counts, returned)
    }

    /// The value of one node over live-ins alone, without the nodes behind it; `None` as for [`Scalars::evaluate`].
    pub fn value(&self, id: ScalarId, live_ins: &[u64]) -> Option<u64> {
        let nodes = self.0.get(..=id.0 as usize)?;
        values(nodes, live_ins, &[], &[]).pop().flatten()
    }

    /// The type of every node, given those of the live-ins and the kernel's returned values; `None` if a node refers to
    /// a later node, a missing one, or one of the wrong type.
    pub fn types(&self, live_ins: &[Type], returned: &[Type]) -> Option<Vec<Type>> {
        let mut types: Vec<Type> = Vec::with_capacity(self.0.len());
        for node in &self.0 {
            let is = |id: ScalarId, ty: Type| types.get(id.0 as usize) == Some(&ty);
            let ty = match *node {
                Scalar::LiveIn(i) => *live_ins.get(i as usize)?,
                Scalar::Const(c) => (c.ty.is_scalar() && c.bits & !c.ty.mask() == 0).then_some(c.ty)?,
                Scalar::Unary(op, a) => is(a, op.operand()).then_some(op.result())?,
                Scalar::Binary(op, a, b) => (is(a, op.operand()) && is(b, op.operand())).then_some(op.result())?,
                Scalar::Trip(_) => Type::I64,
                Scalar::Returned(i) => *returned.get(i as usize)?,
            };
            types.push(ty);
        }
        Some(types)
    }
}

/// The value of every node of a list whose operands have smaller indices.
fn values(nodes: &[Scalar], live_ins: &[u64], counts: &[u64], returned: &[u64]) -> Vec<Option<u64>> {
    let mut values: Vec<Option<u64>> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let get = |id: ScalarId| values.get(id.0 as usize).copied().flatten();
        let value = match *node {
            Scalar::LiveIn(i) => live_ins.get(i as usize).copied(),
            Scalar::Const(c) => Some(c.bits),
            Scalar::Unary(op, a) => get(a).and_then(|a| eval::unary(op, a).ok()),
            Scalar::Binary(op, a, b) => get(a).zip(get(b)).and_then(|(a, b)| eval::binary(op, a, b).ok()),
            Scalar::Trip(d) => counts.get(d as usize).copied(),
            Scalar::Returned(i) => returned.get(i as usize).copied(),
        };
        values.push(value);
    }
    values
}
