//! The work estimate as guest code.
//!
//! Input: a region's scalars, the one that estimates its work, and what reads its live-ins. Output:
//! instructions that leave the estimate on the operand stack. Only operators that can't trap are accepted: inserted
//! code must never trap. A node that is used twice is computed once and kept in a spare local, so the code is no longer
//! than the expression list.

use super::errors::EstimateError;
use super::locals::Spares;
use super::operators;
use ir::lowered::{Const as Constant, Type};
use ir::region::{Region, Scalar, ScalarId};
use walrus::LocalId;
use walrus::ir::{Binop, Const, Instr, LocalGet, LocalTee, Unop, Value};

/// What is left to do, last first.
enum Task {
    /// Leave the node's value on the stack.
    Compute(usize),
    /// Apply the node's operator to the operands on the stack.
    Apply(usize, Instr),
}

/// The code of `estimate`, an `i64` scalar of `region`.
pub fn code(
    region: &Region,
    estimate: ScalarId,
    live_ins: &[Vec<Instr>],
    spares: &mut Spares<'_>,
) -> Result<Vec<Instr>, EstimateError> {
    let (root, nodes, types) = (estimate.0 as usize, &region.scalars.0, types(region)?);
    if types.get(root) != Some(&Type::I64) {
        return Err(EstimateError::Malformed);
    }
    let uses = uses(nodes, root);
    let mut kept: Vec<Option<LocalId>> = vec![None; nodes.len()];
    let (mut tasks, mut code) = (vec![Task::Compute(root)], Vec::new());
    while let Some(task) = tasks.pop() {
        match task {
            Task::Compute(i) if kept[i].is_some() => code.extend(kept[i].map(|local| LocalGet { local }.into())),
            Task::Compute(i) => match nodes[i] {
                Scalar::LiveIn(l) if !region.live_ins[l as usize].is_passed() => {
                    return Err(EstimateError::NotKnown(i as u32));
                }
                Scalar::LiveIn(l) => code.extend(live_ins[l as usize].iter().cloned()),
                Scalar::Const(c) => code.push(constant(c).ok_or(EstimateError::Malformed)?),
                Scalar::Unary(op, a) => {
                    let wasm = operators::unary(op).ok_or(EstimateError::Traps(op.name()))?;
                    tasks.extend([Task::Apply(i, Unop { op: wasm }.into()), Task::Compute(a.0 as usize)]);
                }
                Scalar::Binary(op, a, b) => {
                    let wasm = operators::binary(op).ok_or(EstimateError::Traps(op.name()))?;
                    let operands = [Task::Compute(b.0 as usize), Task::Compute(a.0 as usize)];
                    tasks.push(Task::Apply(i, Binop { op: wasm }.into()));
                    tasks.extend(operands);
                }
                Scalar::Trip(_) | Scalar::Returned(_) => return Err(EstimateError::NotKnown(i as u32)),
            },
            Task::Apply(i, operator) => {
                code.push(operator);
                if uses[i] > 1 {
                    let local = spares.take(types[i]).ok_or(EstimateError::Malformed)?;
                    code.push(LocalTee { local }.into());
                    kept[i] = Some(local);
                }
            }
        }
    }
    Ok(code)
}

/// The type of every scalar; afterwards every operand has a smaller index than its node.
fn types(region: &Region) -> Result<Vec<Type>, EstimateError> {
    let live_ins: Vec<Type> = region.live_ins.iter().map(|l| l.ty).collect();
    let returned = region.returned_types();
    region.scalars.types(&live_ins, &returned).ok_or(EstimateError::Malformed)
}

/// How often each node is an operand of what `root` needs.
fn uses(nodes: &[Scalar], root: usize) -> Vec<u32> {
    let mut uses = vec![0u32; nodes.len()];
    uses[root] = 1;
    for i in (0..=root).rev().filter(|&i| matches!(nodes[i], Scalar::Unary(..) | Scalar::Binary(..))) {
        if uses[i] > 0 {
            match nodes[i] {
                Scalar::Unary(_, a) => uses[a.0 as usize] += 1,
                Scalar::Binary(_, a, b) => {
                    uses[a.0 as usize] += 1;
                    uses[b.0 as usize] += 1;
                }
                _ => {}
            }
        }
    }
    uses
}

fn constant(c: Constant) -> Option<Instr> {
    let value = match c.ty {
        Type::I32 => Value::I32(c.bits as u32 as i32),
        Type::I64 => Value::I64(c.bits as i64),
        Type::F32 => Value::F32(f32::from_bits(c.bits as u32)),
        Type::F64 => Value::F64(f64::from_bits(c.bits)),
        Type::V128 | Type::Ref => return None,
    };
    Some(Const { value }.into())
}
