//! The expressions of a region as text, for people and snapshots.
//!
//! Nodes are shared, and text has no sharing: a small list can stand for a text of any size. Alone, an expression is written out
//! and cut off after [`MAX_SHOWN`] nodes. A whole region is written with every node: where some expression would be cut off, the
//! shared and the very large parts of all expressions get names (`%i7`, the integer with index 7), so that the text is no longer
//! than the list, and the names are explained behind it.

use super::guards::{Int, IntId, Pred, PredId};
use super::{Region, Scalar, ScalarId};
use std::collections::{BTreeMap, BTreeSet};

/// Nodes of one expression that are written out; the rest is an ellipsis.
const MAX_SHOWN: usize = 400;
/// Shared parts with fewer nodes are written again wherever they are used.
const MIN_NAMED: usize = 8;
/// Parts with more nodes get a name, shared or not, which also bounds how deep the text is nested.
const MAX_PART: usize = 120;

/// A node of any of a region's three languages. Operands are smaller than the node that uses them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Node {
    /// A wrapping expression.
    Scalar(u32),
    /// An exact integer.
    Int(u32),
    /// A condition.
    Pred(u32),
}

impl From<ScalarId> for Node {
    fn from(id: ScalarId) -> Node {
        Node::Scalar(id.0)
    }
}

impl From<IntId> for Node {
    fn from(id: IntId) -> Node {
        Node::Int(id.0)
    }
}

impl From<PredId> for Node {
    fn from(id: PredId) -> Node {
        Node::Pred(id.0)
    }
}

impl Region {
    /// A scalar as an expression over live-ins (`l0`), trip counts (`n0`) and returned values (`r0`).
    pub fn show_scalar(&self, id: ScalarId) -> String {
        Writer::alone(self).root(id.into())
    }

    /// An integer as an expression; `u(x)` and `s(x)` read a scalar unsigned and signed.
    pub fn show_int(&self, id: IntId) -> String {
        Writer::alone(self).root(id.into())
    }

    /// A predicate as an expression; `f0 # f1` says that two footprints are disjoint, `f0 | f1` that different
    /// points of the parallel dimensions touch no common byte of them.
    pub fn show_pred(&self, id: PredId) -> String {
        Writer::alone(self).root(id.into())
    }
}

/// How all expressions of a region are written.
pub(super) struct Expressions<'a> {
    region: &'a Region,
    named: BTreeSet<Node>,
}

impl<'a> Expressions<'a> {
    /// Decides which parts of these expressions get names: none, if all of them are short.
    pub(super) fn of(region: &'a Region, roots: &[Node]) -> Expressions<'a> {
        let is_short = |&root: &Node| {
            let mut writer = Writer::alone(region);
            writer.root(root);
            writer.left > 0
        };
        let named = if roots.iter().all(is_short) { BTreeSet::new() } else { names(region, roots) };
        Expressions { region, named }
    }

    /// An expression, with names in it.
    pub(super) fn show(&self, root: impl Into<Node>) -> String {
        Writer { region: self.region, left: usize::MAX, named: Some(&self.named) }.root(root.into())
    }

    /// An expression that may be a trip count, by its name.
    pub(super) fn show_inside(&self, inside: impl Into<Node>) -> String {
        Writer { region: self.region, left: usize::MAX, named: Some(&self.named) }.operand(inside.into(), None)
    }

    /// What the names stand for, in order.
    pub(super) fn explained(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.named.iter().map(|&node| (name(node), self.show(node)))
    }
}

/// The nodes that get names.
fn names(region: &Region, roots: &[Node]) -> BTreeSet<Node> {
    let mut uses: BTreeMap<Node, usize> = BTreeMap::new();
    let mut open: BTreeSet<Node> = roots.iter().copied().collect();
    // Every use of a node comes from a larger one, so a node that is taken has all of its uses.
    while let Some(node) = open.pop_last() {
        uses.entry(node).or_default();
        for operand in region.operands(node).into_iter().flatten().filter(|&o| o < node && region.trip(o).is_none()) {
            *uses.entry(operand).or_default() += 1;
            open.insert(operand);
        }
    }
    let mut sizes: BTreeMap<Node, usize> = BTreeMap::new();
    let mut named = BTreeSet::new();
    for (&node, &count) in &uses {
        let operands = region.operands(node).into_iter().flatten();
        let size = 1 + operands.map(|operand| sizes.get(&operand).copied().unwrap_or(1)).sum::<usize>();
        // What nothing uses is a root, which is written out where it stands.
        let is_named = count > 0 && size >= MAX_PART || count > 1 && size >= MIN_NAMED;
        sizes.insert(node, if is_named { 1 } else { size });
        named.extend(is_named.then_some(node));
    }
    named
}

fn name(node: Node) -> String {
    match node {
        Node::Scalar(id) => format!("%s{id}"),
        Node::Int(id) => format!("%i{id}"),
        Node::Pred(id) => format!("%p{id}"),
    }
}

impl Region {
    fn operands(&self, node: Node) -> [Option<Node>; 2] {
        let (one, two) = (|a: Node| [Some(a), None], |a: Node, b: Node| [Some(a), Some(b)]);
        match node {
            Node::Scalar(id) => match self.scalars.0.get(id as usize) {
                Some(&Scalar::Unary(_, a)) => one(a.into()),
                Some(&Scalar::Binary(_, a, b)) => two(a.into(), b.into()),
                _ => [None; 2],
            },
            Node::Int(id) => match self.program.ints.get(id as usize) {
                Some(&(Int::Signed(a) | Int::Unsigned(a))) => one(a.into()),
                Some(&(Int::Add(a, b) | Int::Sub(a, b) | Int::Mul(a, b) | Int::FloorDiv(a, b))) => {
                    two(a.into(), b.into())
                }
                Some(&(Int::Min(a, b) | Int::Max(a, b))) => two(a.into(), b.into()),
                _ => [None; 2],
            },
            Node::Pred(id) => match self.program.preds.get(id as usize) {
                Some(&(Pred::Lt(a, b) | Pred::Le(a, b) | Pred::Eq(a, b) | Pred::Divides(a, b))) => {
                    two(a.into(), b.into())
                }
                Some(&(Pred::And(a, b) | Pred::Or(a, b))) => two(a.into(), b.into()),
                Some(&Pred::Not(a)) => one(a.into()),
                _ => [None; 2],
            },
        }
    }

    /// The dimension that this node is the trip count of, unless it is a constant, which says more than its name.
    fn trip(&self, node: Node) -> Option<usize> {
        let Node::Int(id) = node else { return None };
        let is_constant = matches!(self.program.ints.get(id as usize), Some(Int::Const(_)));
        self.trips.iter().position(|trip| trip.0 == id && !is_constant)
    }
}

/// Writes one expression.
struct Writer<'a> {
    region: &'a Region,
    /// Nodes that may still be written.
    left: usize,
    /// The nodes that have names; without them anything may be repeated.
    named: Option<&'a BTreeSet<Node>>,
}

impl<'a> Writer<'a> {
    fn alone(region: &'a Region) -> Writer<'a> {
        Writer { region, left: MAX_SHOWN, named: None }
    }

    /// Writes a node out, even one that has a name.
    fn root(&mut self, node: Node) -> String {
        // Each step down an expression spends one, which bounds its depth as well.
        let Some(left) = self.left.checked_sub(1) else { return "…".into() };
        self.left = left;
        let text = match node {
            Node::Scalar(id) => self.scalar(id),
            Node::Int(id) => self.int(id),
            Node::Pred(id) => self.pred(id),
        };
        text.unwrap_or_else(|| "…".into())
    }

    fn operand(&mut self, node: Node, user: Option<Node>) -> String {
        if let Some(dim) = self.region.trip(node) {
            return format!("n{dim}");
        }
        match self.named {
            // Only a list that isn't well-formed refers forward; it must not send this around in circles.
            Some(_) if user.is_some_and(|user| node >= user) => "…".into(),
            Some(named) if named.contains(&node) => name(node),
            _ => self.root(node),
        }
    }

    fn scalar(&mut self, id: u32) -> Option<String> {
        let user = Some(Node::Scalar(id));
        Some(match *self.region.scalars.0.get(id as usize)? {
            Scalar::LiveIn(i) => format!("l{i}"),
            Scalar::Const(c) if c.ty.is_int() => c.signed().to_string(),
            Scalar::Const(c) => c.to_string(),
            Scalar::Unary(op, a) => format!("{}({})", op.name(), self.operand(a.into(), user)),
            Scalar::Binary(op, a, b) => {
                let a = self.operand(a.into(), user);
                format!("{}({a}, {})", op.name(), self.operand(b.into(), user))
            }
            Scalar::Trip(d) => format!("n{d}"),
            Scalar::Returned(i) => format!("r{i}"),
        })
    }

    fn int(&mut self, id: u32) -> Option<String> {
        let node = *self.region.program.ints.get(id as usize)?;
        let user = Some(Node::Int(id));
        let mut binary = |op: &str, a: IntId, b: IntId| {
            let a = self.operand(a.into(), user);
            format!("({a} {op} {})", self.operand(b.into(), user))
        };
        Some(match node {
            Int::Const(c) => c.to_string(),
            Int::Signed(s) => format!("s({})", self.operand(s.into(), user)),
            Int::Unsigned(s) => format!("u({})", self.operand(s.into(), user)),
            Int::MemoryBytes(m) => format!("bytes(memory {m})"),
            Int::Add(a, b) => binary("+", a, b),
            Int::Sub(a, b) => binary("-", a, b),
            Int::Mul(a, b) => binary("*", a, b),
            Int::FloorDiv(a, b) => binary("div", a, b),
            Int::Min(a, b) => binary("min", a, b),
            Int::Max(a, b) => binary("max", a, b),
        })
    }

    fn pred(&mut self, id: u32) -> Option<String> {
        let node = *self.region.program.preds.get(id as usize)?;
        let user = Some(Node::Pred(id));
        let mut pair = |a: Node, op: &str, b: Node| {
            let a = self.operand(a, user);
            format!("{a} {op} {}", self.operand(b, user))
        };
        Some(match node {
            Pred::Lt(a, b) => pair(a.into(), "<", b.into()),
            Pred::Le(a, b) => pair(a.into(), "<=", b.into()),
            Pred::Eq(a, b) => pair(a.into(), "==", b.into()),
            Pred::Divides(a, b) => pair(a.into(), "divides", b.into()),
            Pred::And(a, b) => format!("({})", pair(a.into(), "and", b.into())),
            Pred::Or(a, b) => format!("({})", pair(a.into(), "or", b.into())),
            Pred::Not(a) => format!("not ({})", self.operand(a.into(), user)),
            Pred::SameMemory(a, b) => format!("memory {a} is memory {b}"),
            Pred::Disjoint(a, b) => format!("f{a} # f{b}"),
            Pred::Apart(a, b) => format!("f{a} | f{b}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lowered::BinaryOp;
    use crate::region::{Guard, LiveIn, Place, Program, Scalars, Step};

    /// A region whose guard doubles a live-in `doublings` times.
    fn region(doublings: u32) -> Region {
        let mut scalars = Scalars::default();
        let mut value = scalars.add(Scalar::LiveIn(0));
        for _ in 0..doublings {
            value = scalars.add(Scalar::Binary(BinaryOp::I32Add, value, value));
        }
        let program = Program {
            ints: vec![Int::Unsigned(value), Int::Const(7), Int::MemoryBytes(0)],
            preds: vec![Pred::Lt(IntId(0), IntId(2))],
        };
        Region {
            id: 0,
            place: Place { function: 3, name: None, offset: 16, line: Some("a.c:4".into()) },
            live_ins: vec![LiveIn::local(1, crate::lowered::Type::I32)],
            scalars,
            program,
            trips: vec![IntId(1)],
            guards: vec![Guard { pred: PredId(0), why: "it fits".into() }],
            footprints: Vec::new(),
            returns: Vec::new(),
            live_outs: Vec::new(),
            schedule: Step::Seq(Vec::new()),
            mappings: Vec::new(),
            finals: Vec::new(),
            final_loads: Vec::new(),
            estimate: None,
            resumes: false,
            can_bail: false,
            unbounded: false,
            extents: Vec::new(),
        }
    }

    #[test]
    fn short_expressions_are_written_out() {
        insta::assert_snapshot!(region(2), @"
        region 0 in function 3 (?) at 0x10, a.c:4
          l0: i32 = local 1
          n0 = 7
          guard it fits: u(i32.add(i32.add(l0, l0), i32.add(l0, l0))) < bytes(memory 0)
          estimate by the host
          can't bail
        ");
    }

    #[test]
    fn shared_parts_of_long_expressions_are_named_once() {
        insta::assert_snapshot!(region(12), @"
        region 0 in function 3 (?) at 0x10, a.c:4
          l0: i32 = local 1
          n0 = 7
          guard it fits: u(i32.add(i32.add(i32.add(%s9, %s9), i32.add(%s9, %s9)), i32.add(i32.add(%s9, %s9), i32.add(%s9, %s9)))) < bytes(memory 0)
          estimate by the host
          where %s3 = i32.add(i32.add(i32.add(l0, l0), i32.add(l0, l0)), i32.add(i32.add(l0, l0), i32.add(l0, l0)))
          where %s6 = i32.add(i32.add(i32.add(%s3, %s3), i32.add(%s3, %s3)), i32.add(i32.add(%s3, %s3), i32.add(%s3, %s3)))
          where %s9 = i32.add(i32.add(i32.add(%s6, %s6), i32.add(%s6, %s6)), i32.add(i32.add(%s6, %s6), i32.add(%s6, %s6)))
          can't bail
        ");
        // Two to the power of ten thousand nodes, written out.
        let huge = region(10_000);
        assert!(huge.to_string().len() < 1_000_000);
        assert!(huge.show_pred(PredId(0)).contains('…'));
    }

    #[test]
    fn long_chains_and_lists_that_refer_forward_end() {
        let mut chain = region(0);
        for _ in 0..50_000 {
            let last = IntId(chain.program.ints.len() as u32 - 1);
            chain.program.ints.push(Int::Add(last, IntId(1)));
        }
        chain.program.preds[0] = Pred::Lt(IntId(chain.program.ints.len() as u32 - 1), IntId(1));
        let text = chain.to_string();
        assert!(text.len() < 2_000_000 && text.contains("where %i"), "{}", text.len());
        let mut circle = region(12);
        circle.scalars.0[3] = Scalar::Binary(BinaryOp::I32Add, ScalarId(9), ScalarId(3));
        assert!(circle.to_string().contains('…'));
    }
}
