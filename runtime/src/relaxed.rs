//! Whether an engine runs relaxed SIMD as kernels do.
//!
//! Input: an engine, what is known of where its code came from, and what a kernel supposes ([`Relaxed`]). Output: whether that is
//! known to hold; where it isn't, the region is off and says so, and the loop runs as the engine has it.
//!
//! What must hold: for equal operands the relaxed operators of a region's loop, as this engine's code computes them, have the bits
//! that the kernel's have (but for those of NaNs, where they are open). Why it does:
//! - *A deterministic engine* ([`wasmtime::Config::relaxed_simd_deterministic`]) translates every relaxed operator to what the rows of
//!   `ir::lowered::vector` say. The engine tells whether it is one, and wasmtime doesn't load code that another version compiled, or one
//!   under the other setting, so this holds of any module of the engine, also one that was compiled elsewhere. Versions of wasmtime
//!   have differed in what they thought deterministic, so [`probe`] has a look as well. Winch has no relaxed SIMD; should it ever,
//!   nobody has read how.
//! - *A fused product* is rounded once by such an engine, with an instruction or by a function; by any other exactly if its target has
//!   the instruction. Cranelift asks that of the target alone, once for all code. The function doesn't canonicalise a NaN, though
//!   canonical mode calls for it. So in that mode, and under an engine that isn't deterministic, the answer depends on the target's
//!   features, which no engine tells: there the probe decides. It speaks for a module that the same engine has compiled; code that was
//!   compiled for a lesser machine is loaded without complaint and may lack the instruction, so of modules of unknown origin
//!   nothing is known in these two cases.
//!
//! The probe compiles and runs a function for each operator on operands at which lowerings are known to differ. One that goes wrong, for want
//! of a compiler or an instance, says that nothing is known.

use crate::config::NanMode;
use ir::lowered::relaxed::Relaxed;
use ir::lowered::vector::BinaryRule;
use ir::lowered::{Shape, VectorBinaryOp, VectorTernaryOp, VectorUnaryOp, eval_vector};
use wasmtime::{Engine, Instance, Module, Store, Strategy, V128};

/// True if what a kernel supposes is known to hold of the engine's code for a module, which the engine itself has compiled or
/// somebody else.
pub(crate) fn is_known(engine: &Engine, nan: NanMode, compiled_here: bool, supposed: Relaxed) -> bool {
    let by_setting = engine.get_relaxed_simd_deterministic() && engine.get_strategy() != Some(Strategy::Winch);
    let may_be = match supposed {
        Relaxed::Chosen => by_setting,
        Relaxed::Fused => compiled_here || (by_setting && nan == NanMode::Native),
    };
    may_be && probe(engine, nan, supposed).unwrap_or(false)
}

/// A relaxed operator.
#[derive(Clone, Copy, Debug)]
enum Operator {
    Unary(VectorUnaryOp),
    Binary(VectorBinaryOp),
    Ternary(VectorTernaryOp),
}

/// All of them, in the order of their opcodes, which begin at 0xfd 0x100.
const OPERATORS: [Operator; 20] = [
    Operator::Binary(VectorBinaryOp::I8x16RelaxedSwizzle),
    Operator::Unary(VectorUnaryOp::I32x4RelaxedTruncF32x4S),
    Operator::Unary(VectorUnaryOp::I32x4RelaxedTruncF32x4U),
    Operator::Unary(VectorUnaryOp::I32x4RelaxedTruncF64x2SZero),
    Operator::Unary(VectorUnaryOp::I32x4RelaxedTruncF64x2UZero),
    Operator::Ternary(VectorTernaryOp::F32x4RelaxedMadd),
    Operator::Ternary(VectorTernaryOp::F32x4RelaxedNmadd),
    Operator::Ternary(VectorTernaryOp::F64x2RelaxedMadd),
    Operator::Ternary(VectorTernaryOp::F64x2RelaxedNmadd),
    Operator::Ternary(VectorTernaryOp::I8x16RelaxedLaneselect),
    Operator::Ternary(VectorTernaryOp::I16x8RelaxedLaneselect),
    Operator::Ternary(VectorTernaryOp::I32x4RelaxedLaneselect),
    Operator::Ternary(VectorTernaryOp::I64x2RelaxedLaneselect),
    Operator::Binary(VectorBinaryOp::F32x4RelaxedMin),
    Operator::Binary(VectorBinaryOp::F32x4RelaxedMax),
    Operator::Binary(VectorBinaryOp::F64x2RelaxedMin),
    Operator::Binary(VectorBinaryOp::F64x2RelaxedMax),
    Operator::Binary(VectorBinaryOp::I16x8RelaxedQ15mulrS),
    Operator::Binary(VectorBinaryOp::I16x8RelaxedDotI8x16I7x16S),
    Operator::Ternary(VectorTernaryOp::I32x4RelaxedDotI8x16I7x16AddS),
];

impl Operator {
    fn relaxed(self) -> Option<Relaxed> {
        match self {
            Operator::Unary(op) => op.relaxed(),
            Operator::Binary(op) => op.relaxed(),
            Operator::Ternary(op) => op.relaxed(),
        }
    }

    fn arity(self) -> u8 {
        match self {
            Operator::Unary(_) => 1,
            Operator::Binary(_) => 2,
            Operator::Ternary(_) => 3,
        }
    }

    /// What kernels compute.
    fn value(self, [a, b, c]: [u128; 3]) -> u128 {
        match self {
            Operator::Unary(op) => eval_vector::unary(op, a),
            Operator::Binary(op) => eval_vector::binary(op, a, b),
            Operator::Ternary(op) => eval_vector::ternary(op, [a, b, c]),
        }
    }

    /// The lanes of the result that may be NaNs which arithmetic makes.
    fn floats(self) -> Option<Shape> {
        match self {
            Operator::Ternary(VectorTernaryOp::F32x4RelaxedMadd | VectorTernaryOp::F32x4RelaxedNmadd) => {
                Some(Shape::F32x4)
            }
            Operator::Ternary(VectorTernaryOp::F64x2RelaxedMadd | VectorTernaryOp::F64x2RelaxedNmadd) => {
                Some(Shape::F64x2)
            }
            Operator::Binary(op) => match op.rule() {
                BinaryRule::Each(shape, _) => Some(shape),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether code that `engine` compiles does what kernels suppose of it, with the NaNs that the mode asks for.
fn probe(engine: &Engine, nan: NanMode, supposed: Relaxed) -> wasmtime::Result<bool> {
    let module = Module::from_binary(engine, &module())?;
    let mut store = Store::new(engine, ());
    // An error where the engine doesn't count.
    let _ = store.set_fuel(u64::MAX / 2);
    store.set_epoch_deadline(u64::MAX / 2);
    let instance = Instance::new(&mut store, &module, &[])?;
    for (index, operator) in OPERATORS.into_iter().enumerate().filter(|(_, op)| op.relaxed() == Some(supposed)) {
        let name = index.to_string();
        let function = instance.get_typed_func::<(V128, V128, V128), V128>(&mut store, &name)?;
        for [a, b, c] in telling(operator) {
            let found = function.call(&mut store, (a.into(), b.into(), c.into()))?.as_u128();
            if !is_same(operator.floats(), nan, operator.value([a, b, c]), found) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// A function from three vectors to one for each operator, exported by its position.
fn module() -> Vec<u8> {
    const VECTOR: u8 = 0x7b;
    let count = OPERATORS.len() as u8;
    let (mut exports, mut bodies) = (vec![count], vec![count]);
    for (index, operator) in (0..count).zip(OPERATORS) {
        let name = index.to_string();
        exports.push(name.len() as u8);
        exports.extend(name.bytes());
        exports.extend([0, index]);
        let gets = (0..operator.arity()).flat_map(|local| [0x20, local]);
        let body: Vec<u8> = [0].into_iter().chain(gets).chain([0xfd, 0x80 | index, 0x02, 0x0b]).collect();
        bodies.push(body.len() as u8);
        bodies.extend(body);
    }
    let functions = std::iter::once(count).chain(OPERATORS.map(|_| 0)).collect();
    let types = vec![1, 0x60, 3, VECTOR, VECTOR, VECTOR, 1, VECTOR];
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    for (id, content) in [(1, types), (3, functions), (7, exports), (10, bodies)] {
        // Sizes are written with two digits of seven bits.
        bytes.extend([id, 0x80 | (content.len() & 0x7f) as u8, (content.len() >> 7) as u8]);
        bytes.extend(content);
    }
    bytes
}

/// Operands at which the operator's lowerings differ, or might.
fn telling(operator: Operator) -> Vec<[u128; 3]> {
    if operator.relaxed() == Some(Relaxed::Fused) {
        return products(operator.floats().unwrap_or(Shape::F32x4));
    }
    let all = vectors();
    let pairs = all.iter().flat_map(|&a| all.iter().map(move |&b| [a, b]));
    match operator.arity() {
        1 => all.iter().map(|&a| [a, 0, 0]).collect(),
        2 => pairs.map(|[a, b]| [a, b, 0]).collect(),
        _ => pairs.enumerate().map(|(i, [a, b])| [a, b, all[i * 7 % all.len()]]).collect(),
    }
}

/// Bytes, fractions and floats beyond what a narrower result holds, with the ends of what it does hold; NaNs, infinities and zeros.
fn vectors() -> Vec<u128> {
    let pairs = |pair: [f64; 2]| u128::from(pair[0].to_bits()) | u128::from(pair[1].to_bits()) << 64;
    let fours = |four: [u32; 4]| four.iter().rev().fold(0, |bits, &lane| bits << 32 | u128::from(lane));
    let floats = |four: [f32; 4]| fours(four.map(f32::to_bits));
    vec![
        0,
        u128::MAX,
        0x8080_8080_8080_8080_7f7f_7f7f_7f7f_7f7f,
        0x8000_8000_7fff_8000_8001_8000_ffff_0001,
        u128::from_le_bytes([0, 15, 16, 17, 31, 32, 127, 128, 129, 143, 144, 255, 240, 7, 8, 99]),
        floats([2147483648.0, -2147483904.0, 4294967296.0, -1.5]),
        fours([0x7fc0_0000, 0xffa0_1234, 0x7f80_0000, 0xff80_0000]),
        fours([0x8000_0000, 0, 0x3f80_0000, 0x8000_0001]),
        pairs([2147483648.5, -2147483649.5]),
        pairs([4294967296.5, -1.0]),
        pairs([f64::INFINITY, f64::NAN]),
        pairs([-0.0, 0.0]),
    ]
}

/// Operands whose results tell one rounding from two, and what becomes of NaNs that come in or come into being.
fn products(shape: Shape) -> Vec<[u128; 3]> {
    let (one, nan, infinity) = match shape {
        Shape::F32x4 => (0x3f80_0000, 0x7fa0_1234, 0x7f80_0000),
        _ => (0x3ff0_0000_0000_0000, 0x7ff4_0000_0000_1234, 0x7ff0_0000_0000_0000),
    };
    let sign = 1u128 << (shape.bits() - 1);
    let (near, square) = (one + 1, one + 2);
    let rows = [
        [near, near, square | sign],
        [near, near, square],
        [near | sign, near, square],
        [nan, one, one],
        [one, nan | sign, one],
        [one, one, nan],
        [infinity, 0, one],
        [infinity, one, infinity | sign],
        [infinity, one, infinity],
    ];
    let all = |lane: u128| (0..shape.lanes()).fold(0, |v, index| v | lane << (index as u32 * shape.bits()));
    rows.map(|row| row.map(all)).to_vec()
}

/// True if the bits are the same, or float lanes that are NaNs in both where their bits are open.
fn is_same(floats: Option<Shape>, nan: NanMode, wanted: u128, found: u128) -> bool {
    let Some(shape) = floats.filter(|_| nan == NanMode::Native) else { return wanted == found };
    let is_nan = |lane: u64| match shape {
        Shape::F32x4 => f32::from_bits(lane as u32).is_nan(),
        _ => f64::from_bits(lane).is_nan(),
    };
    let (wanted, found) = (eval_vector::lanes_of(shape, wanted), eval_vector::lanes_of(shape, found));
    let mut lanes = wanted.values.into_iter().zip(found.values);
    lanes.all(|(wanted, found)| wanted == found || (is_nan(wanted) && is_nan(found)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn the_module_holds_each_operator_once() {
        let text: String = (0..)
            .zip(OPERATORS)
            .map(|(index, operator): (u32, Operator)| {
                let name = match operator {
                    Operator::Unary(op) => op.name(),
                    Operator::Binary(op) => op.name(),
                    Operator::Ternary(op) => op.name(),
                };
                let gets: String = (0..operator.arity()).map(|local| format!("(local.get {local})")).collect();
                format!("(func (export \"{index}\") (param v128 v128 v128) (result v128) ({name} {gets}))")
            })
            .collect();
        let wanted = wat::parse_str(format!("(module {text})")).unwrap();
        // The same but for the lengths of section sizes.
        let engine = Engine::default();
        let exports = |bytes: &[u8]| Module::new(&engine, bytes).unwrap().exports().count();
        assert_eq!((exports(&module()), exports(&wanted)), (OPERATORS.len(), OPERATORS.len()));
        let bodies = |bytes: &[u8]| bytes[bytes.len() - 210..].to_vec();
        assert_eq!(bodies(&module()), bodies(&wanted));
    }

    #[test]
    fn two_roundings_and_other_nans_are_told_from_one() {
        let twice = |a: f32, b: f32, c: f32| a * b + c;
        let lane = |v: u128| f32::from_bits(v as u32);
        let told = |nan: NanMode, computed: fn(f32, f32, f32) -> f32| {
            products(Shape::F32x4).into_iter().all(|[a, b, c]| {
                let wanted = eval_vector::ternary(VectorTernaryOp::F32x4RelaxedMadd, [a, b, c]);
                let found = u128::from(computed(lane(a), lane(b), lane(c)).to_bits());
                is_same(Some(Shape::F32x4), nan, wanted, found | found << 32 | found << 64 | found << 96)
            })
        };
        assert!(!told(NanMode::Native, twice));
        assert!(told(NanMode::Native, f32::mul_add));
        assert!(!told(NanMode::Canonical, f32::mul_add));
        assert!(told(NanMode::Canonical, |a, b, c| match a.mul_add(b, c) {
            nan if nan.is_nan() => f32::from_bits(0x7fc0_0000),
            sum => sum,
        }));
    }

    /// What x86-64 has for it, and what wasmtime once had, differs from each row somewhere.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn the_lowerings_of_a_machine_are_told_from_the_rows() {
        let mut fast = config(NanMode::Native);
        let engine = Engine::new(fast.relaxed_simd_deterministic(false)).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &Module::new(&engine, module()).unwrap(), &[]).unwrap();
        let mut differs = |index: usize, operator: Operator| {
            let function = instance.get_typed_func(&mut store, &index.to_string()).unwrap();
            telling(operator).into_iter().any(|[a, b, c]| {
                let operands: (V128, V128, V128) = (a.into(), b.into(), c.into());
                let found: V128 = function.call(&mut store, operands).unwrap();
                !is_same(operator.floats(), NanMode::Native, operator.value([a, b, c]), found.as_u128())
            })
        };
        let told = |(index, operator): (usize, Operator)| differs(index, operator).then(|| format!("{operator:?}"));
        let told: Vec<String> = OPERATORS.into_iter().enumerate().filter_map(told).collect();
        if std::arch::is_x86_feature_detected!("avx2") {
            insta::assert_snapshot!(told.join("\n"), @r"
            Binary(I8x16RelaxedSwizzle)
            Unary(I32x4RelaxedTruncF32x4S)
            Unary(I32x4RelaxedTruncF64x2SZero)
            Ternary(I8x16RelaxedLaneselect)
            Ternary(I32x4RelaxedLaneselect)
            Ternary(I64x2RelaxedLaneselect)
            Binary(F32x4RelaxedMin)
            Binary(F32x4RelaxedMax)
            Binary(F64x2RelaxedMin)
            Binary(F64x2RelaxedMax)
            Binary(I16x8RelaxedQ15mulrS)
            Binary(I16x8RelaxedDotI8x16I7x16S)
            Ternary(I32x4RelaxedDotI8x16I7x16AddS)
            ");
        }
        let cut = |v: u128| eval_vector::unary(VectorUnaryOp::I32x4ExtAddPairwiseI16x8S, v);
        let once = |[a, b, c]: [u128; 3]| {
            let pairs = eval_vector::binary(VectorBinaryOp::I16x8RelaxedDotI8x16I7x16S, a, b);
            eval_vector::binary(VectorBinaryOp::I32x4Add, cut(pairs), c)
        };
        let dot = Operator::Ternary(VectorTernaryOp::I32x4RelaxedDotI8x16I7x16AddS);
        assert!(telling(dot).into_iter().any(|operands| once(operands) != dot.value(operands)));
    }

    /// A target that is named has none of the features that only this machine has.
    #[test]
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    fn what_is_known_of_an_engine() {
        let known = |nan: NanMode, deterministic: bool, lesser: bool, compiled_here: bool| {
            let mut config = config(nan);
            config.relaxed_simd_deterministic(deterministic);
            if lesser {
                config.target("x86_64-unknown-linux-gnu").unwrap();
            }
            let engine = Engine::new(&config).unwrap();
            let word = |supposed| if is_known(&engine, nan, compiled_here, supposed) { "yes" } else { "no" };
            format!("{} {}", word(Relaxed::Chosen), word(Relaxed::Fused))
        };
        let mut lines = Vec::new();
        for nan in [NanMode::Native, NanMode::Canonical] {
            for deterministic in [true, false] {
                let of = |lesser, here| known(nan, deterministic, lesser, here);
                lines.push(format!(
                    "{nan:?} {deterministic}: lesser {}, elsewhere {}",
                    of(true, true),
                    of(false, false)
                ));
            }
        }
        insta::assert_snapshot!(lines.join("\n"), @r"
        Native true: lesser yes yes, elsewhere yes yes
        Native false: lesser no no, elsewhere no no
        Canonical true: lesser yes no, elsewhere yes no
        Canonical false: lesser no no, elsewhere no no
        ");
        if std::arch::is_x86_feature_detected!("fma") {
            for nan in [NanMode::Native, NanMode::Canonical] {
                assert_eq!(known(nan, false, false, true), "no yes");
                assert_eq!(known(nan, true, false, true), "yes yes");
            }
        }
    }

    #[test]
    fn an_engine_that_cannot_be_asked_is_not_known() {
        let engine = Engine::new(config(NanMode::Native).enable_compiler(false)).unwrap();
        for supposed in [Relaxed::Fused, Relaxed::Chosen] {
            assert!(!is_known(&engine, NanMode::Native, true, supposed));
        }
        let counted = Engine::new(config(NanMode::Native).epoch_interruption(true).consume_fuel(true)).unwrap();
        assert!(probe(&counted, NanMode::Native, Relaxed::Chosen).unwrap());
    }
}
