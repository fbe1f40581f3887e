//! Memories with 64-bit addresses, beside others or alone, several memories, and loops in functions that do unusual things beside them:
//! the loops of the modules in this folder are offloaded, accepted by the load checker, and end like the originals on the CPU and on the PTX machine (`rfcs/0017-memory64.md`).

mod far;

use bundle::{Bundle, read};
use compiler::{Options, Outcome, compile};
use std::path::Path;
use tensorwasm_oracle::{DeviceKind, OracleOptions, check};

fn module(name: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/memory64").join(name).with_extension("wat");
    wat::parse_file(file).unwrap()
}

/// All loops of a module but for so many are offloaded, and nothing differs.
fn passes(name: &str, declined: usize) {
    let module = module(name);
    let compiled = compile(&module, &Options::default()).unwrap();
    let left = compiled.loops.iter().filter(|l| matches!(l.outcome, Outcome::Declined(_))).count();
    assert_eq!(left, declined, "{:?}", compiled.loops);
    let devices = vec![DeviceKind::Cpu, DeviceKind::PtxSim];
    let report = check(&module, &OracleOptions { devices, cases: 200, ..OracleOptions::default() }).unwrap();
    assert!(report.is_pass(), "{name}\n{report}");
}

#[test]
fn streams() {
    // The sum inside of the matrix product.
    passes("streams", 1);
}

#[test]
fn scattered_accesses() {
    passes("scattered", 0);
}

#[test]
fn bulk_operators() {
    passes("bulk", 0);
}

#[test]
fn memories_of_both_types() {
    passes("mixed", 0);
}

#[test]
fn several_memories() {
    passes("several", 0);
}

#[test]
fn neighbours_of_regions() {
    // An exit that carries values.
    passes("neighbours", 1);
}

#[test]
fn ends_of_ranges() {
    passes("edges", 0);
}

fn bundle(name: &str) -> Bundle {
    read(&compile(&module(name), &Options::default()).unwrap().bundle).unwrap()
}

/// What is kept of a region with 64-bit addresses, and the PTX of one that checks them.
#[test]
fn regions_and_their_texts() {
    let streams = bundle("streams");
    insta::assert_snapshot!(streams.manifest.regions[2].to_string(), @"
    region 2 in function 2 (index_s) at 0x11e
      l0: i32 = local 1
      l1: i64 = local 3
      l2: i64 = local 2
      l3: i32 = local 0
      n0 = (0 max (((s(l0) - s(l3)) - 1) + 1))
      f0: read 8 bytes at u(i64.add(l2, i64.mul(i64.extend_i32_s(l3), 8))) + i0 * 8 of memory 0 (64-bit), align 8
      f1: write 8 bytes at u(i64.add(l1, i64.mul(i64.extend_i32_s(l3), 8))) + i0 * 8 of memory 0 (64-bit), align 8, all written
      guard no-wrap: (s(l3) + n0) <= 2147483647
      guard no-wrap: (s(l3) + (n0 - 1)) <= 2147483647
      guard arrays 0 and 1 are independent: f0 | f1
      estimate i64.and(i64.sub(i64.extend_i32_s(l0), i64.extend_i32_s(l3)), i64.xor(i64.shr_s(i64.sub(i64.extend_i32_s(l0), i64.extend_i32_s(l3)), 63), -1))
      can't bail
    ");
    let scattered = bundle("scattered");
    insta::assert_snapshot!(scattered.kernels[1].func.to_string(), @r#"
    func "gather_wide_b4" -> () {
    b0(v0: i64, v1: i64, v2: i64, v3: i64, v4: i64):
      v5 = i64.const 8
      v6 = i64.mul v0, v5
      v7 = i64.add v3, v6
      v8 = i64.mul v0, v5
      v9 = i64.add v4, v8
      jump b1
    b1:
      v10 = i64.load s0 v7+0
      v11 = i64.add v1, v10
      v12 = i64.const 4096
      v13 = i64.add v11, v12
      v14 = i64.lt_u v13, v12
      v15 = i64.const -1
      v16 = select v14, v15, v13
      v17 = gather i64.load s2 v16+0
      i64.store s1 v9+0, v17
      jump b2
    b2:
      return
    }
    "#);
    let image = scattered.ptx.iter().find(|image| image.region == 1).unwrap();
    insta::assert_snapshot!(image.text, @"
    .version 7.8
    .target sm_80
    .address_size 64

    .visible .entry region_1(
    	.param .b64 region_1_0,
    	.param .b64 region_1_1,
    	.param .b64 region_1_2,
    	.param .b64 region_1_3,
    	.param .b64 region_1_4,
    	.param .b64 region_1_5,
    	.param .b64 region_1_6,
    	.param .b64 region_1_7,
    	.param .b64 region_1_8,
    	.param .b64 region_1_9,
    	.param .b64 region_1_10,
    	.param .b64 region_1_11
    )
    .reqntid 256, 1, 1
    {
    	.reg .pred %p<4>;
    	.reg .b32 %r<2>;
    	.reg .b64 %rd<27>;
    	ld.param.b64 %rd15, [region_1_2];
    	mov.u32 %r0, %ctaid.x;
    	mov.u32 %r1, %tid.x;
    	mul.wide.u32 %rd16, %r0, 256;
    	cvt.u64.u32 %rd17, %r1;
    	add.s64 %rd0, %rd16, %rd17;
    	setp.ge.u64 %p1, %rd0, %rd15;
    	@%p1 exit;
    	ld.param.b64 %rd18, [region_1_3];
    	ld.param.b64 %rd19, [region_1_4];
    	ld.param.b64 %rd20, [region_1_5];
    	ld.param.b64 %rd21, [region_1_6];
    	ld.param.b64 %rd22, [region_1_7];
    	add.s64 %rd23, %rd22, -8;
    	ld.param.b64 %rd1, [region_1_8];
    	ld.param.b64 %rd2, [region_1_10];
    	ld.param.b64 %rd3, [region_1_11];
    	mul.lo.s64 %rd4, %rd0, 8;
    	add.s64 %rd5, %rd2, %rd4;
    	add.s64 %rd6, %rd3, %rd4;
    	add.s64 %rd7, %rd18, %rd5;
    	ld.global.b64 %rd8, [%rd7];
    	add.s64 %rd9, %rd1, %rd8;
    	add.s64 %rd10, %rd9, 4096;
    	setp.lt.u64 %p0, %rd10, 4096;
    	selp.b64 %rd11, -1, %rd10, %p0;
    	sub.s64 %rd24, %rd11, %rd21;
    	setp.gt.u64 %p2, %rd24, %rd23;
    	@%p2 bra $bail;
    	and.b64 %rd25, %rd11, 7;
    	setp.ne.s64 %p3, %rd25, 0;
    	@%p3 bra $bail;
    	add.s64 %rd12, %rd20, %rd11;
    	ld.global.b64 %rd13, [%rd12];
    	add.s64 %rd14, %rd19, %rd6;
    	st.global.b64 [%rd14], %rd13;
    	exit;
    $bail:
    	ld.param.b64 %rd26, [region_1_0];
    	red.global.or.b32 [%rd26], 1;
    	exit;
    }
    ");
}

/// Static offsets that no memory is large enough for are refused as such.
#[test]
fn far_offsets_are_declined() {
    for (offset, is_refused) in [("0xffffffff", false), ("0x100000000", true), ("0xffffffffffffffff", true)] {
        let text = format!(
            "(module (memory i64 1) (func (param $n i64) (param $y i64)
               (loop $next
                 (i32.store offset={offset} (local.get $y) (i32.const 1))
                 (local.set $y (i64.add (local.get $y) (i64.const 4)))
                 (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0))))))"
        );
        let compiled = compile(&wat::parse_str(text).unwrap(), &Options::default()).unwrap();
        let Outcome::Declined(reason) = &compiled.loops[0].outcome else {
            assert!(!is_refused, "{offset}");
            continue;
        };
        let wanted = "it accesses a memory at a constant offset of 4 GiB or more";
        assert!(is_refused && reason.to_string() == wanted, "{offset}: {reason}");
    }
}
