//! A first look at a function: its constructs, which locals each assigns, and which loops may become regions.
//!
//! One pass over the operators, linear but for the union of assigned locals at each construct's end. The translation uses the
//! result to know a construct's locals before it has seen the construct.

use super::entities::{GuestFunction, LoopSite, Module};
use wasmparser::{FunctionBody, Operator};

/// What a construct is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The function body or a `block`.
    Block,
    /// A `loop`.
    Loop,
    /// An `if`.
    If,
}

/// A construct of the function, in order of its opcode.
#[derive(Clone, Debug)]
pub struct Construct {
    /// What it is.
    pub kind: Kind,
    /// Byte offset of the opcode.
    pub offset: u32,
    /// Byte offset of its `end`.
    pub end: u32,
    /// The locals assigned inside, ascending.
    pub assigned: Vec<u32>,
    /// A loop with a memory access or a call that may make one, its own or one of a loop inside.
    pub candidate: bool,
    /// Another loop stands inside.
    pub has_inner: bool,
    has_memory: bool,
    /// A function that the module defines is called.
    has_call: bool,
    /// The length of `assigned` at which duplicates are removed.
    dedup_at: usize,
}

/// All constructs of a function.
#[derive(Debug, Default)]
pub struct Outline {
    /// In order of their opcodes; the first is the function body.
    pub constructs: Vec<Construct>,
    /// The function exceeds the limits.
    too_large: bool,
    /// Assigned locals of all closed constructs.
    params: usize,
}

/// Block parameters that a translated function may have, counting one for each local that a construct assigns.
const MAX_PARAMS: usize = 4_000_000;
/// Depth of constructs.
const MAX_DEPTH: usize = 20_000;
/// Depth of loops: the dominators of a loop cost as much as it is deep.
const MAX_LOOP_DEPTH: usize = 1_000;

/// Looks at `body` without validating it.
pub fn outline(body: &FunctionBody<'_>, module: &Module) -> Result<Outline, wasmparser::BinaryReaderError> {
    let mut outline = Outline::default();
    let mut stack = vec![outline.open(Kind::Block, body.range().start as u32)];
    let mut reader = body.get_operators_reader()?;
    let mut loops = 0_usize;
    while !reader.eof() {
        let (operator, offset) = reader.read_with_offset()?;
        let Some(&top) = stack.last() else { break };
        match operator {
            Operator::Block { .. } | Operator::Try { .. } | Operator::TryTable { .. } => {
                stack.push(outline.open(Kind::Block, offset as u32));
            }
            Operator::Loop { .. } => {
                stack.push(outline.open(Kind::Loop, offset as u32));
                loops += 1;
            }
            Operator::If { .. } => stack.push(outline.open(Kind::If, offset as u32)),
            Operator::End | Operator::Delegate { .. } => {
                stack.pop();
                loops -= usize::from(outline.constructs[top].kind == Kind::Loop);
                outline.constructs[top].end = offset as u32;
                outline.close(top, stack.last().copied());
            }
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                outline.constructs[top].assigned.push(local_index);
            }
            Operator::Call { function_index } => {
                outline.constructs[top].has_call |= function_index >= module.imported_functions;
            }
            _ if outline.constructs[top].has_memory => {}
            _ => outline.constructs[top].has_memory = super::operators::accesses_memory(&operator),
        }
        outline.too_large |= stack.len() > MAX_DEPTH || loops > MAX_LOOP_DEPTH;
    }
    Ok(outline)
}

impl Outline {
    /// True if some loop may become a region.
    pub fn is_candidate(&self) -> bool {
        !self.too_large && self.constructs.iter().any(|c| c.candidate)
    }

    /// The same without candidates, for a function whose own loops don't matter; `None` if it exceeds the limits.
    pub fn without_candidates(mut self) -> Option<Outline> {
        self.constructs.iter_mut().for_each(|c| c.candidate = false);
        (!self.too_large).then_some(self)
    }

    /// The loops of a function without SSA; `None` if it has none.
    pub fn into_function(self, index: u32) -> Option<GuestFunction> {
        let sites = self.sites();
        (!sites.is_empty()).then(|| GuestFunction { index, sites, too_large: self.too_large, ..Default::default() })
    }

    /// Every loop of the function.
    pub fn sites(&self) -> Vec<LoopSite> {
        let loops = self.constructs.iter().filter(|c| c.kind == Kind::Loop);
        let site = |c: &Construct| LoopSite { offset: c.offset, end: c.end, has_memory: c.candidate };
        loops.map(site).collect()
    }

    fn open(&mut self, kind: Kind, offset: u32) -> usize {
        let (assigned, dedup_at) = (Vec::new(), 4096);
        let (candidate, has_inner, has_memory, has_call) = (false, false, false, false);
        self.constructs.push(Construct {
            kind,
            offset,
            end: offset,
            assigned,
            candidate,
            has_inner,
            has_memory,
            has_call,
            dedup_at,
        });
        self.constructs.len() - 1
    }

    fn close(&mut self, index: usize, parent: Option<usize>) {
        let construct = &mut self.constructs[index];
        construct.assigned.sort_unstable();
        construct.assigned.dedup();
        self.params += construct.assigned.len();
        self.too_large |= self.params > MAX_PARAMS;
        construct.candidate = construct.kind == Kind::Loop && (construct.has_memory || construct.has_call);
        let assigned = if self.too_large { Vec::new() } else { construct.assigned.clone() };
        let inner = construct.has_inner || construct.kind == Kind::Loop;
        let (memory, call) = (construct.has_memory, construct.has_call);
        if let Some(parent) = parent {
            let parent = &mut self.constructs[parent];
            parent.has_inner |= inner;
            parent.has_memory |= memory;
            parent.has_call |= call;
            parent.assigned.extend(assigned);
            // Keeps a long run of siblings from growing the list without bound, at a cost that each doubling pays once.
            if parent.assigned.len() > parent.dedup_at {
                parent.assigned.sort_unstable();
                parent.assigned.dedup();
                parent.dedup_at = 2 * parent.assigned.len() + 4096;
            }
        }
    }
}
