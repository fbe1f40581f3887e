//! Loads and stores of every kind, at every alignment and at the far ends of address arithmetic.

use crate::harness::{Buffer, Maker, Memory, agree};
use ir::lowered::{BinaryOp, LoadKind, StoreKind, Type, UnaryOp, Value};
use ir::region::ReduceOp;
use tensorwasm_lowering::native::Exit;

fn noise(len: usize) -> Vec<u8> {
    (0..len as u32).map(|i| (i.wrapping_mul(0x9e37_79b9) >> 13) as u8 ^ 0x80).collect()
}

/// The address `start + index` as an `i32` or an `i64`.
fn address(maker: &mut Maker, ty: Type, index: Value, start: i64) -> Value {
    if ty == Type::I64 {
        let start = maker.i64(start);
        return maker.binary(BinaryOp::I64Add, index, start);
    }
    let index = maker.op(ir::lowered::Op::Unary(UnaryOp::I32WrapI64, index), Type::I32);
    let start = maker.i32(start as i32);
    maker.binary(BinaryOp::I32Add, index, start)
}

#[test]
fn every_load_at_every_alignment() {
    for &kind in LoadKind::ALL.iter().filter(|k| k.ty() != Type::V128) {
        for ty in [Type::I32, Type::I64] {
            let (mut maker, params) = Maker::new(&[Type::I64]);
            let from = address(&mut maker, ty, params[0], 0);
            let value = maker.load(kind, 1, from, 3);
            let at = maker.element(params[0]);
            let store = *StoreKind::ALL.iter().find(|k| k.ty() == kind.ty()).unwrap();
            maker.store(store, 0, at, 0, value);
            let mut memory = Memory::of(&[&[0; 24], &[]]);
            memory.buffers[1].bytes = noise(24 + 3 + 8);
            let (exit, ..) = agree(&maker.finish(1, &[]), &memory, &[24], &[]);
            assert_eq!(exit, Exit::Completed);
        }
    }
}

#[test]
fn every_store_at_every_alignment() {
    for &kind in StoreKind::ALL.iter().filter(|k| k.ty() != Type::V128) {
        for ty in [Type::I32, Type::I64] {
            let (mut maker, params) = Maker::new(&[Type::I64]);
            let at = maker.element(params[0]);
            let load = *LoadKind::ALL.iter().find(|k| k.ty() == kind.ty()).unwrap();
            let value = maker.load(load, 1, at, 0);
            // Stores overlap the ones before; the order of iterations makes the result definite.
            let to = address(&mut maker, ty, params[0], 0);
            maker.store(kind, 0, to, 5, value);
            let mut memory = Memory::of(&[&[], &[]]);
            memory.buffers[0].bytes = vec![0xee; 24 + 5 + 8];
            memory.buffers[1].bytes = noise(24 * 8);
            agree(&maker.finish(1, &[]), &memory, &[24], &[]);
        }
    }
}

/// An `i32` address is zero-extended, never sign-extended, and the memarg offset is added in 64 bits.
#[test]
fn addresses_are_sums_in_64_bits() {
    let cases: &[(Type, i64, u64, u64)] = &[
        // Address type, address operand, memarg offset, guest address.
        (Type::I32, -16, 0, 0xffff_fff0),
        (Type::I32, -16, 0x20, 0x1_0000_0010),
        (Type::I32, i32::MIN as i64, 0x7fff_ffff, 0xffff_ffff),
        (Type::I32, 0x7fff_fff0, 0x8000_0000, 0xffff_fff0),
        (Type::I32, -8, 0xffff_ffff, 0x1_ffff_fff7),
        (Type::I64, 0x12_3456_7890, 0x80_0000_0000, 0x92_3456_7890),
        (Type::I64, 1 << 40, 1, (1 << 40) + 1),
    ];
    for &(ty, operand, offset, base) in cases {
        let (mut maker, params) = Maker::new(&[Type::I64]);
        let at = address(&mut maker, ty, params[0], operand);
        let value = maker.load(LoadKind::I64U8, 0, at, offset);
        let value = maker.binary(BinaryOp::I64Add, value, params[0]);
        maker.store(StoreKind::I64As8, 0, at, offset, value);
        let mut bytes = vec![1, 2, 3, 4];
        let memory = Memory { buffers: vec![Buffer { base, bytes: bytes.clone() }], spaces: vec![0] };
        let (exit, _, after) = agree(&maker.finish(1, &[]), &memory, &[4], &[]);
        assert_eq!(exit, Exit::Completed);
        bytes.iter_mut().zip(0..).for_each(|(b, i)| *b += i);
        assert_eq!(after.buffers[0].bytes, bytes);
    }
}

/// Two footprints over the same bytes: a load sees every store of its iteration that comes before it and none after.
#[test]
fn accesses_of_one_iteration_keep_program_order() {
    let (mut maker, params) = Maker::new(&[Type::I64]);
    let at = maker.element(params[0]);
    let before = maker.load(LoadKind::I64, 1, at, 0);
    let (ones, low) = (maker.i64(-1), maker.i32(0x0102_0304));
    maker.store(StoreKind::I64, 0, at, 0, ones);
    let whole = maker.load(LoadKind::I64, 1, at, 0);
    maker.store(StoreKind::I32, 1, at, 2, low);
    let part = maker.load(LoadKind::I64U16, 0, at, 3);
    maker.store(StoreKind::I32As8, 0, at, 3, low);
    let mixed = maker.load(LoadKind::I64, 1, at, 0);
    maker.store(StoreKind::I64, 0, at, 0, before);
    let restored = maker.load(LoadKind::F64, 1, at, 0);
    for (slot, value) in [before, whole, part, mixed].into_iter().enumerate() {
        maker.store(StoreKind::I64, 2, at, 64 * slot as u64, value);
    }
    maker.store(StoreKind::F64, 2, at, 256, restored);
    let mut memory = Memory::of(&[&[7, 8, 0xfff0_0000_0000_0001], &[0; 40]]);
    memory.spaces = vec![0, 0, 1];
    let (_, _, after) = agree(&maker.finish(1, &[]), &memory, &[3], &[]);
    let first: Vec<u64> = (0..5).map(|slot| after.element(1, 8 * slot)).collect();
    assert_eq!(first, [7, u64::MAX, 0x0203, 0xffff_0102_0404_ffff, 7]);
}

/// A gather at each address from before the buffer to behind it: what lies inside as a whole is loaded, all else bails.
#[test]
fn a_gather_loads_from_its_reach_and_bails_elsewhere() {
    for &kind in LoadKind::ALL.iter().filter(|k| k.ty() != Type::V128) {
        let narrow = [(1000, 0), (1000, 7), (0, 0), (0xffff_fff8, 0x10), (0xffff_fff8, 0xffff_ff00)];
        let narrow = narrow.map(|(base, offset)| (Type::I32, base, offset));
        // Below the first of these addresses is the end of all.
        let wide = [0, 1000, 0xffff_fff8, 1 << 40].map(|base| (Type::I64, base, 0));
        for (ty, base, offset) in narrow.into_iter().chain(wide) {
            let (mut maker, params) = Maker::new(&[Type::I64, ty]);
            let value = maker.gather(kind, 1, params[1], offset);
            let at = maker.element(params[0]);
            let store = *StoreKind::ALL.iter().find(|k| k.ty() == kind.ty()).unwrap();
            maker.store(store, 0, at, 0, value);
            let mut memory = Memory::of(&[&[0], &[]]);
            memory.buffers[1] = Buffer { base, bytes: noise(19) };
            let kernel = maker.finish(1, &[]);
            let mut completed = 0;
            for step in 0..40u64 {
                let address = (base + step).wrapping_sub(12).wrapping_sub(offset) & ty.mask();
                let (exit, ..) = agree(&kernel, &memory, &[1], &[address]);
                let inside = (base..base + 19).contains(&(address + offset));
                let whole = inside && address + offset + u64::from(kind.width()) <= base + 19;
                assert_eq!(exit, if whole { Exit::Completed } else { Exit::Bailed }, "{kind:?} {base:#x} {address:#x}");
                completed += u64::from(whole);
            }
            // Where the offset leads past 2^32, fewer addresses get there.
            assert!(completed > 0, "{kind:?} {base:#x} {offset:#x}");
        }
    }
}

/// An address outside of memory traps even if nobody uses what is there.
#[test]
fn a_gather_whose_value_nobody_uses_still_bails() {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::I32]);
    maker.gather(LoadKind::F64, 0, params[1], 0);
    let kernel = maker.finish(1, &[]);
    let memory = Memory::of(&[&[1, 2]]);
    assert_eq!(agree(&kernel, &memory, &[1], &[8]).0, Exit::Completed);
    assert_eq!(agree(&kernel, &memory, &[1], &[9]).0, Exit::Bailed);
}

/// An update at each address around the buffer: a whole aligned cell inside is combined, all else bails and leaves it as it was.
#[test]
fn an_update_combines_a_cell_of_its_reach_and_bails_elsewhere() {
    for op in ReduceOp::ALL.into_iter().filter(|&op| op != ReduceOp::Mul) {
        for kind in [StoreKind::I32, StoreKind::I64] {
            let narrow = [(1000, 0), (1004, 8), (0xffff_fff8, 0x10), (0xffff_fff8, 0xffff_ff00)];
            let narrow = narrow.map(|(base, offset)| (Type::I32, base, offset));
            let wide = [0, 1004, 1 << 40].map(|base| (Type::I64, base, 0));
            for (ty, base, offset) in narrow.into_iter().chain(wide) {
                let (mut maker, params) = Maker::new(&[Type::I64, ty, kind.ty()]);
                maker.update(op, kind, 0, params[1], offset, params[2]);
                let mut memory = Memory::of(&[&[]]);
                memory.buffers[0] = Buffer { base, bytes: noise(22) };
                let kernel = maker.finish(1, &[]);
                let mut completed = 0;
                for step in 0..40u64 {
                    let address = (base + step).wrapping_sub(12).wrapping_sub(offset) & ty.mask();
                    let (at, width) = (address.wrapping_add(offset), u64::from(kind.width()));
                    // Three updates of the same cell.
                    let (exit, _, after) = agree(&kernel, &memory, &[3], &[address, 0x8765_4321_9abc_def1]);
                    let whole = at >= base && at - base <= 22 - width && at % width == 0;
                    assert_eq!(exit, if whole { Exit::Completed } else { Exit::Bailed }, "{op:?} {kind:?} {at:#x}");
                    assert!(whole || after == memory, "{op:?} {kind:?} {at:#x}");
                    completed += u64::from(whole);
                }
                assert!(completed > 0, "{op:?} {kind:?} {base:#x} {offset:#x}");
            }
        }
    }
}
