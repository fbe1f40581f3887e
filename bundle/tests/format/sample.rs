//! One small bundle, and the means to write wrong ones.

use ir::lowered::{BinaryOp, BlockId, Const, Func, Inst, LoadKind, Op, StoreKind, Term, Type, UnaryOp};
use ir::region::{
    Access, Footprint, FootprintDim, Guard, Int, IntId, Kernel, LiveIn, LiveOut, Mapping, Part, Place, Pred, PredId,
    Program, ReduceOp, Region, ReturnRole, Scalar, ScalarId, Scalars, Step,
};
use std::sync::LazyLock;
use tensorwasm_bundle::{
    Bundle, Contents, FpMode, Manifest, MemoryExport, Options, PtxImage, SecretKey, digest, read, write,
};
use wasm_encoder::{CustomSection, Section};

/// A rewritten module with one region, whose function takes `(i32, i32)` and returns a status and an `i32`.
pub const WAT: &str = r#"(module
    (import "env" "log" (func (param i32)))
    (import "tensorwasm:offload/v1" "region-0" (func (param i32 i32) (result i32 i32)))
    (import "tensorwasm:offload/v1" "min-work-0" (global (mut i64)))
    (memory (export "tensorwasm:offload/v1/memory-0") 1)
    (func (export "run")))"#;

/// The module of [`WAT`].
pub fn module() -> Vec<u8> {
    wat::parse_str(WAT).unwrap()
}

/// Adds 1.0 to each of `l1` floats at `l0` and counts them.
pub fn region() -> Region {
    let ints = vec![
        Int::Unsigned(ScalarId(0)),
        Int::Unsigned(ScalarId(1)),
        Int::Const(4),
        Int::Mul(IntId(1), IntId(2)),
        Int::Add(IntId(0), IntId(3)),
        Int::MemoryBytes(0),
    ];
    let footprint = Footprint {
        memory: 0,
        base: IntId(0),
        dims: vec![FootprintDim { dim: 0, stride: IntId(2) }],
        width: 4,
        access: Access::ReadWrite,
        must_write: false,
        align: 4,
        span: None,
        wide: false,
    };
    Region {
        id: 0,
        place: Place { function: 1, name: Some("run".into()), offset: 75, line: None },
        live_ins: vec![LiveIn::local(0, Type::I32), LiveIn::local(1, Type::I32)],
        scalars: Scalars(vec![Scalar::LiveIn(0), Scalar::LiveIn(1), Scalar::Returned(0)]),
        program: Program { ints, preds: vec![Pred::Le(IntId(4), IntId(5))] },
        trips: vec![IntId(1)],
        guards: vec![Guard { pred: PredId(0), why: "in bounds".into() }],
        footprints: vec![footprint],
        returns: vec![(Type::I32, ReturnRole::Reduce(ReduceOp::Add))],
        live_outs: vec![LiveOut { local: 2, part: Part::Whole, ty: Type::I32, value: ScalarId(2) }],
        schedule: Step::Launch { mapping: 0 },
        mappings: vec![Mapping { grid: vec![0], block: 128 }],
        finals: Vec::new(),
        final_loads: Vec::new(),
        estimate: None,
        resumes: false,
        can_bail: false,
        unbounded: false,
        extents: Vec::new(),
    }
}

/// The kernel of [`region`].
pub fn kernel() -> Kernel {
    let mut func = Func { name: "run".into(), results: vec![Type::I32], ..Func::default() };
    let entry = func.new_block();
    let params = [Type::I64, Type::I32, Type::I32].map(|ty| func.new_value(ty));
    func.block_mut(entry).params = params.to_vec();
    let four = func.push(entry, Op::Const(Const::i32(4)), Type::I32, 0);
    let index = func.push(entry, Op::Unary(UnaryOp::I32WrapI64, params[0]), Type::I32, 0);
    let scaled = func.push(entry, Op::Binary(BinaryOp::I32Mul, index, four), Type::I32, 80);
    let addr = func.push(entry, Op::Binary(BinaryOp::I32Add, scaled, params[1]), Type::I32, 84);
    let one = func.push(entry, Op::Const(Const { ty: Type::F32, bits: 0x3f80_0000 }), Type::F32, 0);
    let load = Op::Load { kind: LoadKind::F32, space: 0, offset: 0, addr };
    let old = func.push(entry, load, Type::F32, 88);
    let value = func.push(entry, Op::Binary(BinaryOp::F32Add, old, one), Type::F32, 92);
    let store = Op::Store { kind: StoreKind::F32, space: 0, offset: 0, addr, value };
    func.block_mut(entry).insts.push(Inst { result: None, op: store, at: 96 });
    let count = func.push(entry, Op::Const(Const::i32(1)), Type::I32, 0);
    func.block_mut(BlockId::ENTRY).term = Term::Return(vec![count]);
    Kernel { func, dims: 1, returns: vec![ReturnRole::Reduce(ReduceOp::Add)] }
}

/// A PTX image of [`region`]; its text is only carried.
pub fn image(target: &str) -> PtxImage {
    PtxImage {
        region: 0,
        mapping: 0,
        target: target.into(),
        entry: "region_0".into(),
        text: format!(".version 7.8\n.target {target}\n"),
    }
}

/// What goes with [`module`].
pub fn contents() -> Contents {
    Contents {
        source: digest(b"the original module"),
        options: Options { fp: FpMode::Exact, targets: vec!["sm_80".into(), "sm_90".into()] },
        memories: vec![MemoryExport::new(0)],
        regions: vec![region()],
        kernels: vec![kernel()],
        ptx: vec![image("sm_80"), image("sm_90")],
    }
}

/// A correct, unsigned bundle.
pub fn bundle() -> Vec<u8> {
    write(&module(), &contents()).unwrap()
}

/// The secret key whose seed is `byte` 32 times, in PKCS#8.
pub fn key(byte: u8) -> SecretKey {
    let mut der = vec![48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
    der.extend([byte; 32]);
    SecretKey::from_bytes(&der).unwrap()
}

/// A custom section from its id on.
pub fn custom(name: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    CustomSection { name: name.into(), data: data.into() }.append_to(&mut bytes);
    bytes
}

/// A bundle's parts, to be changed and put together without the writer's checks.
#[derive(Clone)]
pub struct Parts {
    /// The module.
    pub module: Vec<u8>,
    /// The manifest; digests are filled in.
    pub manifest: Manifest,
    /// The kernels section.
    pub kernels: Vec<u8>,
    /// The PTX section.
    pub ptx: Vec<u8>,
}

impl Parts {
    /// Those of [`bundle`].
    pub fn new() -> Parts {
        static PARTS: LazyLock<Parts> = LazyLock::new(Parts::unpack);
        PARTS.clone()
    }

    fn unpack() -> Parts {
        let Bundle { manifest, kernels, ptx, module } = read(&bundle()).unwrap();
        let funcs: Vec<Func> = kernels.into_iter().map(|kernel| kernel.func).collect();
        Parts {
            module,
            manifest,
            kernels: ir::lowered::codec::encode(&funcs),
            ptx: postcard::to_allocvec(&ptx).unwrap(),
        }
    }

    /// The manifest's JSON with digests that hold.
    pub fn json(&self) -> String {
        let mut manifest = self.manifest.clone();
        manifest.module = digest(&self.module);
        manifest.kernels = digest(&self.kernels);
        manifest.ptx = digest(&self.ptx);
        serde_json::to_string(&manifest).unwrap()
    }

    /// A file with these parts and this manifest.
    pub fn with_json(&self, json: &str) -> Vec<u8> {
        let manifest = custom("tensorwasm.manifest", json.as_bytes());
        let (kernels, ptx) = (custom("tensorwasm.kernels", &self.kernels), custom("tensorwasm.ptx", &self.ptx));
        [self.module.clone(), manifest, kernels, ptx].concat()
    }

    /// A file with these parts.
    pub fn file(&self) -> Vec<u8> {
        self.with_json(&self.json())
    }
}
