//! Whether an engine runs relaxed SIMD as kernels do.
//!
//! Input: an engine, what is known of where its code came from, and what a kernel supposes ([`Relaxed`]). Output: whether that is
//! known to hold; where it isn't, the region is off and says so, and the loop runs as the engine has it.
//!
//! What must hold: for equal operands the relaxed operators of a region's loop, as this engine's code computes them, have the bits
//! that the kernel's have (but for those of NaNs, where they are open). Why it does:
//! - *A deterministic engine* ([`wasmtime::Config::relaxed_simd_deterministic`]) translates every relaxed operator to what the rows of
//!   `ir::lowered::vector` say. The engine tells whether it is one, and wasmtime doesn't load code that was compiled under the other
//!   setting, so this holds of any module of the engine, also one that was compiled elsewhere. Winch has no relaxed SIMD;
//!   should it ever, nobody has read how.
//! - *A fused product* is rounded once by such an engine, with an instruction or by a function; by any other exactly if its target has
//!   the instruction. Cranelift asks that of the target alone, once for all code. The function doesn't canonicalise a NaN, though
//!   canonical mode calls for it. So in that mode, and under an engine that isn't deterministic, the answer depends on the target's
//!   features, which no engine tells: [`probe`] asks a piece of code that the engine compiles. It speaks for a module
//!   that the same engine has compiled; code that was compiled for a lesser machine is loaded without complaint and may lack the
//!   instruction, so of modules of unknown origin nothing is known in these two cases.
//!
//! A probe that goes wrong, for want of a compiler or an instance, says that nothing is known.

use crate::config::NanMode;
use ir::lowered::relaxed::Relaxed;
use ir::lowered::{Shape, VectorTernaryOp, eval_vector};
use wasmtime::{Engine, Instance, Module, Store, Strategy, V128};

/// True if what a kernel supposes is known to hold of the engine's code for a module, which the engine itself has compiled or
/// somebody else.
pub(crate) fn is_known(engine: &Engine, nan: NanMode, compiled_here: bool, supposed: Relaxed) -> bool {
    let by_setting = engine.get_relaxed_simd_deterministic() && engine.get_strategy() != Some(Strategy::Winch);
    match supposed {
        Relaxed::Chosen => by_setting,
        Relaxed::Fused if by_setting && nan == NanMode::Native => true,
        Relaxed::Fused => compiled_here && probe(engine, nan).unwrap_or(false),
    }
}

/// Four functions from three vectors to one, exported as `0` to `3`, each of one operator of [`FUSED`].
const MODULE: &[u8] = &[
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // header
    0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b, // one type: three v128, one v128
    0x03, 0x05, 0x04, 0x00, 0x00, 0x00, 0x00, // four functions of it
    0x07, 0x11, 0x04, 0x01, 0x30, 0x00, 0x00, 0x01, 0x31, 0x00, 0x01, 0x01, 0x32, 0x00, 0x02, 0x01, 0x33, 0x00, 0x03,
    0x0a, 0x31, 0x04, // their bodies: local.get 0, 1 and 2, the operator, end
    0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x85, 0x02, 0x0b, // f32x4.relaxed_madd
    0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x86, 0x02, 0x0b, // f32x4.relaxed_nmadd
    0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x87, 0x02, 0x0b, // f64x2.relaxed_madd
    0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfd, 0x88, 0x02, 0x0b, // f64x2.relaxed_nmadd
];

/// The operators in the order of [`MODULE`].
const FUSED: [(VectorTernaryOp, Shape); 4] = [
    (VectorTernaryOp::F32x4RelaxedMadd, Shape::F32x4),
    (VectorTernaryOp::F32x4RelaxedNmadd, Shape::F32x4),
    (VectorTernaryOp::F64x2RelaxedMadd, Shape::F64x2),
    (VectorTernaryOp::F64x2RelaxedNmadd, Shape::F64x2),
];

/// Whether code that `engine` compiles rounds fused products once, with the NaNs that the mode asks for.
fn probe(engine: &Engine, nan: NanMode) -> wasmtime::Result<bool> {
    let module = Module::from_binary(engine, MODULE)?;
    let mut store = Store::new(engine, ());
    // Both are errors where the engine doesn't count.
    let _ = store.set_fuel(u64::MAX / 2);
    store.set_epoch_deadline(u64::MAX / 2);
    let instance = Instance::new(&mut store, &module, &[])?;
    for (index, (op, shape)) in FUSED.into_iter().enumerate() {
        let name = index.to_string();
        let function = instance.get_typed_func::<(V128, V128, V128), V128>(&mut store, &name)?;
        for [a, b, c] in telling(shape) {
            let found = function.call(&mut store, (a.into(), b.into(), c.into()))?.as_u128();
            if !is_same(shape, nan, eval_vector::ternary(op, [a, b, c]), found) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Operands whose results tell one rounding from two, and what becomes of NaNs that come in or come into being.
fn telling(shape: Shape) -> Vec<[u128; 3]> {
    let (one, step, nan, infinity) = match shape {
        Shape::F32x4 => (0x3f80_0000, 1, 0x7fa0_1234, 0x7f80_0000),
        _ => (0x3ff0_0000_0000_0000, 1, 0x7ff4_0000_0000_1234, 0x7ff0_0000_0000_0000),
    };
    let sign = 1u128 << (shape.bits() - 1);
    let (near, square) = (one + step, one + 2 * step);
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

/// True if the bits are the same, or lanes that are NaNs in both where their bits are open.
fn is_same(shape: Shape, nan: NanMode, wanted: u128, found: u128) -> bool {
    let is_nan = |lane: u64| match shape {
        Shape::F32x4 => f32::from_bits(lane as u32).is_nan(),
        _ => f64::from_bits(lane).is_nan(),
    };
    let (wanted, found) = (eval_vector::lanes_of(shape, wanted), eval_vector::lanes_of(shape, found));
    let mut lanes = wanted.values.into_iter().zip(found.values);
    lanes.all(|(w, f)| w == f || (nan == NanMode::Native && is_nan(w) && is_nan(f)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn the_module_holds_each_operator_once() {
        let function = |(index, (op, _)): (usize, (VectorTernaryOp, Shape))| {
            let op = op.name();
            format!(
                "(func (export \"{index}\") (param v128 v128 v128) (result v128)
                   ({op} (local.get 0) (local.get 1) (local.get 2)))"
            )
        };
        let text: String = FUSED.into_iter().enumerate().map(function).collect();
        assert_eq!(wat::parse_str(format!("(module {text})")).unwrap(), MODULE);
    }

    #[test]
    fn two_roundings_and_other_nans_are_told_from_one() {
        let twice = |a: f32, b: f32, c: f32| a * b + c;
        let lane = |v: u128| f32::from_bits(v as u32);
        let told = |nan: NanMode, computed: fn(f32, f32, f32) -> f32| {
            telling(Shape::F32x4).into_iter().all(|[a, b, c]| {
                let wanted = eval_vector::ternary(VectorTernaryOp::F32x4RelaxedMadd, [a, b, c]);
                let found = u128::from(computed(lane(a), lane(b), lane(c)).to_bits());
                is_same(Shape::F32x4, nan, wanted, found | found << 32 | found << 64 | found << 96)
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
        let engine = Engine::new(config(NanMode::Native).enable_compiler(false).relaxed_simd_deterministic(false));
        assert!(!is_known(&engine.unwrap(), NanMode::Native, true, Relaxed::Fused));
        let counted = Engine::new(config(NanMode::Native).epoch_interruption(true).consume_fuel(true)).unwrap();
        assert!(probe(&counted, NanMode::Native).unwrap());
    }
}
