//! The region harness: one loop of the original as a module of its own, and the bundle's kernel in front of it.
//!
//! Input: the original module and its bundle. Output: for a region, a module that exports the original loop with the
//! live-ins as parameters, and the same module with a dispatch of the bundle's own region: its guards, its kernel, its
//! PTX. Steps: cut the loop out ([`cut`]), find what its locals hold on entry ([`entry`]), write the module ([`write`]),
//! compile it, and put the bundle's region in the place of the one that the compiler found.
//!
//! A loop on its own has several exits, and which of them the compiler took for the normal one isn't written down. So
//! several harnesses are tried, which differ in the exits that return rather than trap. One stands for the region if the
//! compiler finds one region in it with the same live-ins and live-outs; the first of those is taken whose kernel is the
//! bundle's, and if there is none, as in a bundle that was tampered with, the first of all. If none stands for the region,
//! it counts as not exercised by its harness.

mod callees;
mod cut;
mod entry;
mod original;
mod write;

pub(crate) use original::Original;
pub(crate) use write::{EXPORT, OWN_MEMORY};

use bundle::{Bundle, BundleError};
use callees::Callees;
use compiler::{Compiled, Outcome};
use cut::Cut;
use ir::lowered::Type;
use ir::region::{Kernel, LiveIn, Region, Source};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;
use write::{Locals, Plan};

/// Why a region has no harness.
#[derive(Debug, Error)]
pub enum Unfit {
    /// The module can't be read.
    #[error(transparent)]
    Read(#[from] wasmparser::BinaryReaderError),
    /// The region names a function that the module doesn't define.
    #[error("there is no function {0}")]
    NoFunction(u32),
    /// The region names a loop that isn't there.
    #[error("no loop begins at {0:#x}")]
    NoLoop(u32),
    /// The region names a local that isn't there.
    #[error("there is no local {0}")]
    NoLocal(u32),
    /// A construct has a type that isn't there.
    #[error("a construct around the loop has a type that can't be copied")]
    BlockType,
    /// A type can't be copied.
    #[error("the module has types that can't be copied")]
    Types,
    /// A table or global needs a value that a harness hasn't.
    #[error("the module has a table or a global without a default value")]
    NoDefault,
    /// The loop catches exceptions.
    #[error("the loop catches exceptions")]
    Exceptions,
    /// More locals than a function can have parameters.
    #[error("the loop uses {0} locals")]
    TooManyLocals(usize),
    /// The compiler refuses the harness.
    #[error("the harness can't be compiled: {0}")]
    Compile(#[source] Box<compiler::CompileError>),
    /// The compiler's bundle can't be read.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The compiler doesn't offload the loop when it stands alone.
    #[error("the loop isn't offloaded on its own: {0}")]
    Declined(String),
    /// The compiler finds another region when the loop stands alone.
    #[error("on its own the loop has other live-ins or live-outs")]
    Differs,
}

/// Where a parameter of the harness comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Param {
    /// It is the live-in with this index.
    LiveIn(usize),
    /// The region doesn't depend on it.
    Free(Type),
}

/// A loop on its own.
pub(crate) struct Harness {
    /// The module with the loop alone.
    pub plain: Vec<u8>,
    /// The same with the bundle's region in front of it.
    pub bundle: Bundle,
    /// The parameters of the exported function.
    pub params: Vec<Param>,
}

/// Makes the harness of a region of `bundle`.
pub(crate) fn build(
    original: &Original<'_>,
    guests: &compiler::wasm::Module,
    bundle: &Bundle,
    region: &Region,
    options: &compiler::Options,
) -> Result<Harness, Unfit> {
    let options = &compiler::Options { fp: bundle.manifest.options.fp, ..options.clone() };
    let cut = Cut::out(original, region.place.function, region.place.offset)?;
    let starts = entry::starts(guests, region);
    let locals = Locals::of(&cut, region)?;
    let callees = Callees::of(guests, original, &cut.pieces, entry::function(guests, region))?;
    let (mut first, mut first_failure) = (None, None);
    for returning in candidates(&cut) {
        let (cut, callees, starts, returning) = (&cut, &callees, &starts, &returning);
        let plan = Plan { original, cut, region, callees, starts, returning };
        let plain = write::write(&plan, &locals)?;
        match offload(&plain, region, &locals, options) {
            // Where the normal exit of the one is that of the other, the kernels return and bail at the same places.
            Ok(compiled) if same_kernel(&compiled, bundle, region) => {
                first = Some((plain, compiled));
                break;
            }
            Ok(compiled) => drop(first.get_or_insert((plain, compiled))),
            Err(failure) => drop(first_failure.get_or_insert(failure)),
        }
    }
    let Some((plain, compiled)) = first else { return Err(first_failure.unwrap_or(Unfit::Differs)) };
    let bundle = transplant(&compiled, bundle, region)?;
    Ok(Harness { plain, bundle, params: params(&locals, region) })
}

fn same_kernel(compiled: &Compiled, bundle: &Bundle, region: &Region) -> bool {
    // The first line of the text holds the name, which tells the modules apart.
    let text = |kernel: &Kernel| kernel.func.to_string().lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let kernels = compiled.kernels.first().zip(bundle.kernels.get(region.id as usize));
    kernels.is_some_and(|(found, wanted)| text(found) == text(wanted))
}

/// Sets of exits that may be those of the normal exit edge, the likelier ones first.
fn candidates(cut: &Cut<'_>) -> Vec<BTreeSet<usize>> {
    let end = cut.labels.len();
    let mut all = cut.exits_used();
    all.insert(cut.falls_to.unwrap_or(end));
    let cold = |exit: &usize| cut.labels.get(*exit).map_or(cut.end_is_cold, |label| label.is_cold);
    let warm: BTreeSet<usize> = all.iter().copied().filter(|exit| !cold(exit)).collect();
    let mut candidates = vec![warm, all.clone()];
    candidates.extend(all.into_iter().map(|exit| BTreeSet::from([exit])));
    candidates.dedup();
    candidates
}

/// Compiles a harness and checks that it has the region that it should have.
fn offload(plain: &[u8], region: &Region, locals: &Locals, options: &compiler::Options) -> Result<Compiled, Unfit> {
    // Loops inside would be regions of their own; the outermost comes first.
    let compiled = compiler::compile_loop(plain, options, 0).map_err(|error| Unfit::Compile(Box::new(error)))?;
    let [found] = &compiled.regions[..] else {
        let reasons = compiled.loops.iter().filter_map(|report| match &report.outcome {
            Outcome::Declined(reason) => Some(reason.to_string()),
            Outcome::Offloaded { .. } => None,
        });
        return Err(Unfit::Declined(reasons.collect::<Vec<_>>().join("; ")));
    };
    // What dispatch reads itself isn't part of the call.
    let ins = region.passed().map(|l| {
        let from = l.from.map_local(|local| locals.index(local));
        LiveIn { from, ..*l }
    });
    let outs = region.live_outs.iter().map(|l| (locals.index(l.local), l.part, l.ty));
    let found_outs = found.live_outs.iter().map(|l| (l.local, l.part, l.ty));
    let same = found.passed().copied().eq(ins) && found_outs.eq(outs);
    if same { Ok(compiled) } else { Err(Unfit::Differs) }
}

/// The compiled harness with the region that is to be checked in the place of its own. Both have the same live-ins and
/// live-outs, so the dispatch in the module fits either.
fn transplant(compiled: &Compiled, bundle: &Bundle, region: &Region) -> Result<Bundle, BundleError> {
    let mut harness = bundle::read(&compiled.bundle)?;
    harness.manifest.options = bundle.manifest.options.clone();
    harness.manifest.regions = vec![Region { id: 0, ..region.clone() }];
    harness.kernels = bundle.kernels.get(region.id as usize).cloned().into_iter().collect();
    let images = bundle.ptx.iter().filter(|image| image.region == region.id).cloned();
    harness.ptx = images.map(|image| bundle::PtxImage { region: 0, ..image }).collect();
    Ok(harness)
}

fn params(locals: &Locals, region: &Region) -> Vec<Param> {
    let live_ins: BTreeMap<Source, usize> = region.live_ins.iter().enumerate().map(|(i, l)| (l.from, i)).collect();
    let param = |(source, ty): (Source, wasm_encoder::ValType)| match live_ins.get(&source) {
        Some(&index) => Param::LiveIn(index),
        None => Param::Free(match ty {
            wasm_encoder::ValType::I32 => Type::I32,
            wasm_encoder::ValType::I64 => Type::I64,
            wasm_encoder::ValType::F32 => Type::F32,
            _ => Type::F64,
        }),
    };
    let own = locals.params.iter().map(|&(local, ty)| (Source::Local(local), ty));
    let globals = locals.globals.iter().map(|&(global, ty)| (Source::Global(global), ty));
    let halves = locals.vectors.iter().flat_map(|&local| [Source::LocalLow(local), Source::LocalHigh(local)]);
    let halves = halves.map(|source| (source, wasm_encoder::ValType::I64));
    own.chain(globals).chain(halves).map(param).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loop with two exits, a call and a return, behind code that fixes two of its locals.
    const TEXT: &str = r#"(module
      (import "env" "log" (func $log (param i32)))
      (memory 1)
      (func (param $n i32) (param $p i32) (result f32)
        (local $four i32) (local $unused i64) (local $from i32) (local $bytes i32)
        (local.set $four (i32.const 4))
        (local.set $from (local.get $p))
        (if (result f32) (local.get $n)
          (then
            (block $bad
              (loop $next
                (br_if $bad (i32.gt_u (local.get $n) (i32.const 1000)))
                (i32.store (local.get $p) (i32.sub (local.get $p) (local.get $from)))
                (local.set $p (i32.add (local.get $p) (local.get $four)))
                (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
              (local.set $bytes (i32.sub (local.get $p) (local.get $from)))
              (return (f32.convert_i32_u (local.get $bytes))))
            (call $log (local.get $n))
            (unreachable))
          (else (f32.const 0)))))"#;

    #[test]
    fn a_harness_holds_the_loop_and_what_is_known_on_entry() {
        let module = wat::parse_str(TEXT).unwrap();
        let options = compiler::Options::default();
        let bundle = bundle::read(&compiler::compile(&module, &options).unwrap().bundle).unwrap();
        let guests = compiler::wasm::read(&module).unwrap();
        let original = Original::read(&module).unwrap();
        let region = &bundle.manifest.regions[0];
        let harness = build(&original, &guests, &bundle, region, &options).unwrap();
        insta::assert_snapshot!(wasmprinter::print_bytes(&harness.plain).unwrap(), @r#"
        (module
          (type (;0;) (func (param i32)))
          (type (;1;) (func (param i32 i32) (result f32)))
          (type (;2;) (func (param i32 i32 i32 i32) (result i32 i32)))
          (import "own-memory" "0" (memory (;0;) 0))
          (export "region" (func 0))
          (func (;0;) (type 2) (param i32 i32 i32 i32) (result i32 i32)
            i32.const 4
            local.set 2
            local.get 1
            local.set 3
            block (result f32) ;; label = @1
              block (result f32) ;; label = @2
                block ;; label = @3
                  loop ;; label = @4
                    local.get 0
                    i32.const 1000
                    i32.gt_u
                    br_if 1 (;@3;)
                    local.get 1
                    local.get 1
                    local.get 3
                    i32.sub
                    i32.store
                    local.get 1
                    local.get 2
                    i32.add
                    local.set 1
                    local.get 0
                    i32.const 1
                    i32.sub
                    local.tee 0
                    br_if 0 (;@4;)
                  end
                  i32.const 3
                  local.get 1
                  return
                end
                unreachable
              end
              unreachable
            end
            unreachable
          )
        )
        "#);
        let free = Param::Free(Type::I32);
        assert_eq!(harness.params, [Param::LiveIn(1), Param::LiveIn(0), free, free]);
    }

    #[test]
    fn functions_that_are_taken_in_are_copied() {
        let text = r#"(module
          (memory 1)
          (table 2 funcref)
          (elem (i32.const 1) func $twice)
          (global $step i32 (i32.const 4))
          (func $once (param i32) (result i32) (i32.add (local.get 0) (global.get $step)))
          (func $twice (param i32) (result i32) (call $once (call $once (local.get 0))))
          (func (param $n i32) (param $p i32)
            (loop $next
              (i32.store (local.get $p) (local.get $n))
              (local.set $p (call_indirect (param i32) (result i32) (local.get $p) (i32.const 1)))
              (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#;
        let module = wat::parse_str(text).unwrap();
        let options = compiler::Options::default();
        let bundle = bundle::read(&compiler::compile(&module, &options).unwrap().bundle).unwrap();
        let guests = compiler::wasm::read(&module).unwrap();
        let original = Original::read(&module).unwrap();
        let harness = build(&original, &guests, &bundle, &bundle.manifest.regions[0], &options).unwrap();
        let plain = wasmprinter::print_bytes(&harness.plain).unwrap();
        let functions: Vec<&str> = plain.lines().skip_while(|line| !line.contains("(func (;0;)")).collect();
        insta::assert_snapshot!(functions.join("\n"), @r"
          (func (;0;) (type 2) (param i32 i32) (result i32)
            block ;; label = @1
              loop ;; label = @2
                local.get 1
                local.get 0
                i32.store
                local.get 1
                i32.const 1
                drop
                call 2
                local.set 1
                local.get 0
                i32.const 1
                i32.sub
                local.tee 0
                br_if 0 (;@2;)
              end
            end
            i32.const 0
            return
          )
          (func (;1;) (type 0) (param i32) (result i32)
            local.get 0
            i32.const 4
            i32.add
          )
          (func (;2;) (type 0) (param i32) (result i32)
            local.get 0
            call 1
            call 1
          )
        )
        ");
    }

    #[test]
    fn a_loop_that_is_not_there_has_no_harness() {
        let module = wat::parse_str(TEXT).unwrap();
        let original = Original::read(&module).unwrap();
        let message = |function, offset| Cut::out(&original, function, offset).err().unwrap().to_string();
        insta::assert_snapshot!(message(1, 7), @"no loop begins at 0x7");
        insta::assert_snapshot!(message(0, 7), @"there is no function 0");
    }
}
