//! Executable memory is given back. Alone in its binary, because it counts the process's mappings.
#![cfg(all(feature = "native", target_os = "linux"))]

use ir::lowered::{Func, Term, Type};
use ir::region::Kernel;
use tensorwasm_lowering::native::{Options, compile};

fn executable_mappings() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("linux");
    maps.lines().filter(|line| line.split_whitespace().nth(1).is_some_and(|flags| flags.contains('x'))).count()
}

#[test]
fn dropping_a_kernel_frees_its_code() {
    let mut func = Func::default();
    let entry = func.new_block();
    let index = func.new_value(Type::I64);
    func.block_mut(entry).params.push(index);
    func.block_mut(entry).term = Term::Return(vec![]);
    let kernel = Kernel { func, dims: 1, returns: vec![] };
    let compile = || compile(&kernel, 0, &Options::default()).expect("an empty kernel compiles");
    drop(compile());
    let before = executable_mappings();
    let kept: Vec<_> = (0..16).map(|_| compile()).collect();
    assert!(executable_mappings() > before, "code in use is mapped");
    drop(kept);
    assert_eq!(executable_mappings(), before);
}
