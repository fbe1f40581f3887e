//! Small programs with a loop of each form that producers emit, and the regions that stand for their loops.
//!
//! Unless a program says otherwise its loop stores `3 * i` at `4 * i` for `i` from local 1 up to local 0, and leaves
//! `i` one past the end; `run` returns what the code after the loop makes of it.

use ir::lowered::{Type, UnaryOp};
use ir::region::{LiveIn, LiveOut, Part, Place, Program as Guards, Region, Scalar, Scalars, Step};
use tensorwasm_compiler::rewrite::{Exit, Splice};
use wasmparser::{Import, Operator, Parser, Payload, TypeRef};

/// What a region's loop does to memory and which live-outs it has, given the live-ins.
pub type Work = fn(&[i32]) -> (Vec<(i32, i32)>, Vec<i32>);

/// A module with one or more loops to splice.
pub struct Program {
    pub name: &'static str,
    /// The body of the module behind its memory.
    pub wat: &'static str,
    /// For each region: which loop of the module it replaces, where the loop exits to, and what the loop does.
    pub loops: &'static [(usize, ExitAt, Work)],
}

/// An exit by the place of an instruction among those of its name in the module.
#[derive(Clone, Copy)]
pub enum ExitAt {
    After(&'static str, usize),
    Label(&'static str, usize),
    FunctionEnd,
    Resume,
}

impl Program {
    pub fn wasm(&self) -> Vec<u8> {
        wat::parse_str(format!("(module (memory (export \"mem\") 1) {})", self.wat)).expect(self.name)
    }

    pub fn splices(&self) -> Vec<Splice> {
        let wasm = self.wasm();
        self.loops.iter().map(|&(nth, exit, _)| splice(&wasm, nth, exit)).collect()
    }
}

/// The splice of the module's `nth` loop.
pub fn splice(wasm: &[u8], nth: usize, exit: ExitAt) -> Splice {
    let (function, loop_offset) = operator(wasm, "Loop", nth);
    let exit = match exit {
        ExitAt::After(name, nth) => Exit::After(operator(wasm, name, nth).1),
        ExitAt::Label(name, nth) => Exit::Label(operator(wasm, name, nth).1),
        ExitAt::FunctionEnd => Exit::FunctionEnd,
        ExitAt::Resume => Exit::Resume,
    };
    Splice { function, loop_offset, exit }
}

/// The function index and byte offset of the module's `nth` operator with this name.
pub fn operator(wasm: &[u8], name: &str, nth: usize) -> (u32, u32) {
    let mut found = Vec::new();
    let mut function = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.expect("a module") {
            Payload::ImportSection(imports) => {
                let is_function = |i: &Result<Import<'_>, _>| matches!(i, Ok(Import { ty: TypeRef::Func(_), .. }));
                function += imports.into_imports().filter(is_function).count() as u32;
            }
            Payload::CodeSectionEntry(body) => {
                for operator in body.get_operators_reader().expect("operators").into_iter_with_offsets() {
                    let (operator, offset) = operator.expect("an operator");
                    if operator_name(&operator) == name {
                        found.push((function, offset as u32));
                    }
                }
                function += 1;
            }
            _ => {}
        }
    }
    found[nth]
}

/// An operator's name without its immediates.
pub fn operator_name(operator: &Operator<'_>) -> String {
    let text = format!("{operator:?}");
    text.split([' ', '{', '(']).next().unwrap_or_default().to_string()
}

/// A region with live-ins and live-outs in `i32` locals, and optionally the first live-in as estimate.
pub fn region(id: u32, live_ins: &[u32], live_outs: &[u32], with_estimate: bool) -> Region {
    let mut scalars = Scalars::default();
    let first = scalars.add(Scalar::LiveIn(0));
    let estimate = with_estimate.then(|| scalars.add(Scalar::Unary(UnaryOp::I64ExtendI32U, first)));
    Region {
        id,
        place: Place::default(),
        live_ins: live_ins.iter().map(|&local| LiveIn::local(local, Type::I32)).collect(),
        scalars,
        program: Guards::default(),
        trips: Vec::new(),
        guards: Vec::new(),
        footprints: Vec::new(),
        returns: Vec::new(),
        live_outs: live_outs
            .iter()
            .map(|&local| LiveOut { local, part: Part::Whole, ty: Type::I32, value: first })
            .collect(),
        finals: Vec::new(),
        final_loads: Vec::new(),
        schedule: Step::Seq(Vec::new()),
        mappings: Vec::new(),
        estimate,
        resumes: false,
        can_bail: false,
        unbounded: false,
        extents: Vec::new(),
    }
}

/// `3 * i` at `4 * i` for `i` in `args[1]..args[0]`, at least once.
fn ramp_once(args: &[i32]) -> (Vec<(i32, i32)>, Vec<i32>) {
    let end = args[0].max(args[1] + 1);
    ((args[1]..end).map(|i| (4 * i, 3 * i)).collect(), vec![end])
}

/// `3 * i` at `4 * i` for `i` in `args[1]..args[0]`.
fn ramp(args: &[i32]) -> (Vec<(i32, i32)>, Vec<i32>) {
    let end = args[0].max(args[1]);
    ((args[1]..end).map(|i| (4 * i, 3 * i)).collect(), vec![end])
}

/// `r + c` at `4 * (8 * r + c)` for 8 columns and the rows `args[1]..args[0]`, at least one.
fn plane(args: &[i32]) -> (Vec<(i32, i32)>, Vec<i32>) {
    let end = args[0].max(args[1] + 1);
    let cells = (args[1]..end).flat_map(|r| (0..8).map(move |c| (4 * (8 * r + c), r + c)));
    (cells.collect(), vec![end])
}

pub const DO_WHILE: Program = Program {
    name: "do-while",
    wat: "(func (export \"run\") (param $n i32) (result i32) (local $i i32)
            loop $l
              (i32.store (i32.mul (local.get $i) (i32.const 4)) (i32.mul (local.get $i) (i32.const 3)))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_if $l (i32.lt_s (local.get $i) (local.get $n)))
            end
            local.get $i)",
    loops: &[(0, ExitAt::After("BrIf", 0), ramp_once)],
};

pub const WHILE: Program = Program {
    name: "while",
    wat: "(func (export \"run\") (param $n i32) (result i32) (local $i i32)
            block $out
              loop $l
                (br_if $out (i32.ge_s (local.get $i) (local.get $n)))
                (i32.store (i32.mul (local.get $i) (i32.const 4)) (i32.mul (local.get $i) (i32.const 3)))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                br $l
              end
            end
            local.get $i)",
    loops: &[(0, ExitAt::Label("Block", 0), ramp)],
};

pub const ASSEMBLYSCRIPT: Program = Program {
    name: "assemblyscript",
    wat: "(func (export \"run\") (param $n i32) (result i32) (local $i i32)
            loop $l
              local.get $i
              local.get $n
              i32.lt_s
              if
                (i32.store (i32.mul (local.get $i) (i32.const 4)) (i32.mul (local.get $i) (i32.const 3)))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                br $l
              end
            end
            local.get $i)",
    loops: &[(0, ExitAt::After("If", 0), ramp)],
};

pub const TAIL: Program = Program {
    name: "tail",
    wat: "(func (export \"run\") (param $n i32) (result i32) (local $i i32)
            i32.const 7
            block $out (result i32)
              loop $l (result i32)
                (i32.store (i32.mul (local.get $i) (i32.const 4)) (i32.mul (local.get $i) (i32.const 3)))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $l (i32.lt_s (local.get $i) (local.get $n)))
                (br_if $out (i32.const 55) (i32.eq (local.get $i) (i32.const 5)))
                drop
                (i32.store offset=1024 (i32.const 0) (local.get $i))
                (i32.add (local.get $i) (i32.const 100))
              end
            end
            i32.mul)",
    loops: &[(0, ExitAt::After("BrIf", 0), ramp_once)],
};

pub const NEST: Program = Program {
    name: "nest",
    wat: "(func (export \"run\") (param $n i32) (result i32) (local $r i32) (local $c i32)
            loop $rows
              (local.set $c (i32.const 0))
              loop $columns
                (i32.store
                  (i32.mul (i32.add (i32.mul (local.get $r) (i32.const 8)) (local.get $c)) (i32.const 4))
                  (i32.add (local.get $r) (local.get $c)))
                (local.set $c (i32.add (local.get $c) (i32.const 1)))
                (br_if $columns (i32.lt_s (local.get $c) (i32.const 8)))
              end
              (local.set $r (i32.add (local.get $r) (i32.const 1)))
              (br_if $rows (i32.lt_s (local.get $r) (local.get $n)))
            end
            local.get $r)",
    loops: &[(0, ExitAt::After("BrIf", 1), plane)],
};

pub const IN_IF: Program = Program {
    name: "in an if with a result",
    wat: "(func (export \"run\") (param $n i32) (result i32) (local $i i32)
            i32.const 1000
            local.get $n
            if $out (result i32)
              loop $l
                (i32.store (i32.mul (local.get $i) (i32.const 4)) (i32.mul (local.get $i) (i32.const 3)))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $l (i32.lt_s (local.get $i) (local.get $n)))
              end
              local.get $i
            else
              i32.const -1
            end
            i32.add)",
    loops: &[(0, ExitAt::After("BrIf", 0), ramp_once)],
};

pub const FUNCTION_END: Program = Program {
    name: "function end",
    wat: "(func $fill (param $n i32) (param $i i32)
            loop $l
              (br_if 1 (i32.ge_s (local.get $i) (local.get $n)))
              (i32.store (i32.mul (local.get $i) (i32.const 4)) (i32.mul (local.get $i) (i32.const 3)))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              br $l
            end
            unreachable)
          (func (export \"run\") (param $n i32) (result i32)
            (call $fill (local.get $n) (i32.const 0))
            i32.const 9)",
    loops: &[(0, ExitAt::FunctionEnd, ramp)],
};

pub const OUTER_LOOP: Program = Program {
    name: "exit to an enclosing loop",
    wat: "(func (export \"run\") (param $n i32) (result i32) (local $i i32) (local $round i32)
            block $out
              loop $rounds
                (local.set $round (i32.add (local.get $round) (i32.const 1)))
                (br_if $out (i32.gt_s (local.get $round) (i32.const 3)))
                (local.set $i (local.get $round))
                loop $l
                  (br_if $rounds (i32.ge_s (local.get $i) (local.get $n)))
                  (i32.store (i32.mul (local.get $i) (i32.const 4)) (i32.mul (local.get $i) (i32.const 3)))
                  (local.set $i (i32.add (local.get $i) (i32.const 1)))
                  br $l
                end
              end
            end
            (i32.add (local.get $round) (i32.mul (local.get $i) (i32.const 100))))",
    loops: &[(1, ExitAt::Label("Loop", 0), ramp)],
};

pub const TWO: Program = Program {
    name: "a loop in the tail of another",
    wat: "(func (export \"run\") (param $n i32) (result i32) (local $i i32)
            loop $a
              (i32.store (i32.mul (local.get $i) (i32.const 4)) (i32.mul (local.get $i) (i32.const 3)))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_if $a (i32.lt_s (local.get $i) (local.get $n)))
              (local.set $n (i32.add (local.get $n) (i32.const 4)))
              loop $b
                (i32.store (i32.mul (local.get $i) (i32.const 4)) (i32.mul (local.get $i) (i32.const 3)))
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $b (i32.lt_s (local.get $i) (local.get $n)))
                (local.set $n (i32.const 77))
              end
            end
            (i32.add (local.get $i) (local.get $n)))",
    loops: &[(0, ExitAt::After("BrIf", 0), ramp_once), (1, ExitAt::After("BrIf", 1), ramp_once)],
};

pub const RESUMED: Program = Program {
    name: "resumed in its last iteration",
    wat: "(func (export \"run\") (param $n i32) (result i32) (local $i i32)
            i32.const 5
            loop $l (result i32)
              (i32.store (i32.mul (local.get $i) (i32.const 4)) (i32.mul (local.get $i) (i32.const 3)))
              (i32.lt_s (local.get $i) (local.get $n))
              if
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                br $l
              end
              (i32.load (i32.mul (local.get $i) (i32.const 4)))
            end
            i32.mul)",
    loops: &[(0, ExitAt::Resume, ramp)],
};

pub const ALL: [&Program; 10] =
    [&DO_WHILE, &WHILE, &ASSEMBLYSCRIPT, &TAIL, &NEST, &IN_IF, &FUNCTION_END, &OUTER_LOOP, &TWO, &RESUMED];
