//! What is written, as text: one program for each way out of a loop.

use crate::programs::{ASSEMBLYSCRIPT, DO_WHILE, FUNCTION_END, NEST, Program, TAIL, WHILE, region};
use tensorwasm_compiler::rewrite::rewrite;

/// The rewritten module without its name and producer sections' noise.
fn rewritten(program: &Program) -> String {
    let region = region(0, &[0, 1], &[1], true);
    let module = rewrite(&program.wasm(), &[(program.splices()[0], &region)]).expect(program.name).module;
    let printed = wasmprinter::print_bytes(module).expect("a module");
    let lines = printed.lines().filter(|l| !l.contains("@producers") && !l.contains("(processed-by"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn do_while() {
    insta::assert_snapshot!(rewritten(&DO_WHILE), @"");
}

#[test]
fn while_form() {
    insta::assert_snapshot!(rewritten(&WHILE), @"");
}

#[test]
fn assemblyscript() {
    insta::assert_snapshot!(rewritten(&ASSEMBLYSCRIPT), @"");
}

#[test]
fn tail() {
    insta::assert_snapshot!(rewritten(&TAIL), @"");
}

#[test]
fn nest() {
    insta::assert_snapshot!(rewritten(&NEST), @"");
}

#[test]
fn function_end() {
    insta::assert_snapshot!(rewritten(&FUNCTION_END), @"");
}
