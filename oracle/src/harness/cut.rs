//! Cutting one loop out of its function: the operators of its construct, and the labels around it.
//!
//! Leaving a loop means branching to a label around it, returning, or running past its end. The labels around it, from the
//! innermost out to the function, are kept as blocks in the harness, so that branches keep their depths. Running past
//! the end counts as an exit of its own unless nothing but ends stands between it and the end of such a block.

use super::Unfit;
use super::original::Original;
use std::collections::BTreeSet;
use std::ops::Range;
use wasmparser::{FrameKind, Operator, ValType};

/// A construct around the loop; the last is the function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Label {
    /// What a branch to it carries.
    pub carries: Vec<ValType>,
    /// True if it stands for the start of a loop.
    pub is_loop: bool,
    /// True if the code that it leads to traps without a detour.
    pub is_cold: bool,
}

/// One operator of the loop, and how many constructs are open inside of the cut where it stands, the loop included.
pub(crate) struct Piece<'a> {
    /// The operator.
    pub operator: Operator<'a>,
    /// Its bytes in the module.
    pub bytes: Range<usize>,
    /// Open constructs.
    pub depth: u32,
}

/// A loop on its own.
pub(crate) struct Cut<'a> {
    /// The operators, from `loop` to its `end`.
    pub pieces: Vec<Piece<'a>>,
    /// The labels around it, the innermost first.
    pub labels: Vec<Label>,
    /// Where running past its end leads: to the end of one of `labels`.
    pub falls_to: Option<usize>,
    /// True if the code behind its end traps without a detour.
    pub end_is_cold: bool,
    /// The types of the function's locals.
    pub locals: Vec<ValType>,
}

/// A construct that is open while the function is read.
struct Open {
    label: Label,
    kind: Option<FrameKind>,
}

impl<'a> Cut<'a> {
    /// Cuts out the loop whose opcode stands at `offset`.
    pub fn out(original: &Original<'a>, function: u32, offset: u32) -> Result<Cut<'a>, Unfit> {
        let (body, ty) = original.function(function)?;
        let mut locals = ty.params().to_vec();
        for declared in body.get_locals_reader()? {
            let (count, ty) = declared?;
            locals.extend(std::iter::repeat_n(ty, count as usize));
        }
        let mut operators = Vec::new();
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let start = reader.original_position();
            let operator = reader.read()?;
            operators.push((operator, start..reader.original_position()));
        }
        let start = operators.iter().position(|(op, at)| at.start == offset as usize && is_loop(op));
        let start = start.ok_or(Unfit::NoLoop(offset))?;
        let mut open = open_at(original, &operators[..start], ty.results())?;
        let mut from_loop = operators.split_off(start).into_iter();
        let pieces = pieces(&mut from_loop);
        let behind: Vec<Operator<'_>> = from_loop.map(|(operator, _)| operator).collect();
        let falls_to = falls_to(&behind, &open);
        let end_is_cold = is_cold(&behind);
        mark_cold(&behind, &mut open);
        let labels = open.into_iter().map(|open| open.label).collect();
        Ok(Cut { pieces, labels, falls_to, end_is_cold, locals })
    }

    /// The locals that the loop names.
    pub fn locals_used(&self) -> BTreeSet<u32> {
        let local = |piece: &Piece<'_>| match piece.operator {
            Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } => Some(local_index),
            _ => None,
        };
        self.pieces.iter().filter_map(local).collect()
    }

    /// The labels that the loop branches to.
    pub fn exits_used(&self) -> BTreeSet<usize> {
        let mut exits = BTreeSet::new();
        for piece in &self.pieces {
            let mut branch = |depth: u32| exits.extend(depth.checked_sub(piece.depth).map(|label| label as usize));
            match &piece.operator {
                Operator::Br { relative_depth }
                | Operator::BrIf { relative_depth }
                | Operator::BrOnNull { relative_depth }
                | Operator::BrOnNonNull { relative_depth }
                | Operator::BrOnCast { relative_depth, .. }
                | Operator::BrOnCastFail { relative_depth, .. } => branch(*relative_depth),
                Operator::BrTable { targets } => {
                    targets.targets().flatten().for_each(&mut branch);
                    branch(targets.default());
                }
                Operator::Return => branch(piece.depth + self.labels.len() as u32 - 1),
                _ => {}
            }
        }
        exits
    }
}

fn is_loop(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::Loop { .. })
}

/// How the number of open constructs changes.
fn opens(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::TryTable { .. }
            | Operator::Try { .. }
    )
}

/// The constructs that are open behind `operators`, the innermost first.
fn open_at(
    original: &Original<'_>,
    operators: &[(Operator<'_>, Range<usize>)],
    results: &[ValType],
) -> Result<Vec<Open>, Unfit> {
    let label = |carries, is_loop| Label { carries, is_loop, is_cold: false };
    let mut open = vec![Open { label: label(results.to_vec(), false), kind: None }];
    for (operator, _) in operators {
        let (blockty, kind) = match operator {
            Operator::Block { blockty } => (*blockty, FrameKind::Block),
            Operator::Loop { blockty } => (*blockty, FrameKind::Loop),
            Operator::If { blockty } => (*blockty, FrameKind::If),
            Operator::TryTable { try_table } => (try_table.ty, FrameKind::TryTable),
            Operator::Try { blockty } => (*blockty, FrameKind::LegacyTry),
            Operator::Else => {
                if let Some(top) = open.last_mut() {
                    top.kind = Some(FrameKind::Else);
                }
                continue;
            }
            Operator::End | Operator::Delegate { .. } => {
                open.pop();
                continue;
            }
            _ => continue,
        };
        let (params, results) = original.block(blockty)?;
        let is_loop = kind == FrameKind::Loop;
        open.push(Open { label: label(if is_loop { params } else { results }, is_loop), kind: Some(kind) });
    }
    open.reverse();
    Ok(open)
}

/// Takes the operators of the construct that `operators` begin with.
fn pieces<'a>(operators: &mut impl Iterator<Item = (Operator<'a>, Range<usize>)>) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut depth = 0;
    for (operator, bytes) in operators {
        let before = depth;
        if opens(&operator) {
            depth += 1;
        } else if matches!(operator, Operator::End | Operator::Delegate { .. }) {
            depth -= 1;
        }
        pieces.push(Piece { operator, bytes, depth: before });
        if depth == 0 {
            break;
        }
    }
    pieces
}

/// The label whose end is reached from the start of `behind` through nothing but ends.
fn falls_to(behind: &[Operator<'_>], open: &[Open]) -> Option<usize> {
    for (index, (operator, open)) in behind.iter().zip(open).enumerate() {
        let ends = match operator {
            Operator::End => true,
            Operator::Else => open.kind == Some(FrameKind::If),
            _ => false,
        };
        if !ends {
            return None;
        }
        // Past the end of a loop its label is left behind, and the search goes on.
        if !open.label.is_loop {
            return Some(index);
        }
    }
    None
}

/// Finds the end of each open construct and looks at what comes behind it.
fn mark_cold(behind: &[Operator<'_>], open: &mut [Open]) {
    let (mut depth, mut index) = (0u32, 0);
    for (position, operator) in behind.iter().enumerate() {
        if opens(operator) {
            depth += 1;
        } else if matches!(operator, Operator::End | Operator::Delegate { .. }) {
            if depth > 0 {
                depth -= 1;
                continue;
            }
            if let Some(open) = open.get_mut(index) {
                open.label.is_cold = !open.label.is_loop && is_cold(&behind[position + 1..]);
            }
            index += 1;
        }
    }
}

/// True if a trap comes before anything that could lead elsewhere.
fn is_cold(operators: &[Operator<'_>]) -> bool {
    for operator in operators {
        match operator {
            Operator::Unreachable => return true,
            Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
            | Operator::Return
            | Operator::Else
            | Operator::End => return false,
            operator if opens(operator) => return false,
            _ => {}
        }
    }
    false
}
