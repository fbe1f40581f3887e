//! Where variables live: expressions with the locals and globals of the rewritten module.
//!
//! Only `DW_OP_WASM_location` names a local or a global. An expression that names one that is gone says nothing any more, and
//! so does one that jumps over an operation whose length has changed.

use super::Reader;
use super::moves::{Moved, Moves};
use gimli::{Encoding, Expression, LittleEndian, Operation, Reader as _};
use std::rc::Rc;

/// `DW_OP_WASM_location` and the kinds of its operand.
const WASM_LOCATION: u8 = 0xed;
const LOCAL: u8 = 0;
const GLOBAL: u8 = 1;

/// How deeply expressions may stand inside of each other.
const MAX_DEPTH: u32 = 4;

/// The expression in terms of the rewritten module, inside of `function`; `None` if it has no meaning there.
pub fn convert(
    expression: Expression<Reader>,
    encoding: Encoding,
    function: Option<&Moved>,
    moves: &Moves,
) -> gimli::Result<Option<Expression<Reader>>> {
    let bytes = expression.0.to_slice()?;
    if !bytes.contains(&WASM_LOCATION) {
        return Ok(Some(expression.clone()));
    }
    let converted = operations(&expression, encoding, function, moves, MAX_DEPTH)?;
    Ok(converted.map(|bytes| Expression(Reader::new(Rc::from(bytes), LittleEndian))))
}

fn operations(
    expression: &Expression<Reader>,
    encoding: Encoding,
    function: Option<&Moved>,
    moves: &Moves,
    depth: u32,
) -> gimli::Result<Option<Vec<u8>>> {
    let bytes = expression.0.to_slice()?;
    let mut operations = expression.clone().operations(encoding);
    let (mut written, mut from) = (Vec::new(), 0);
    let (mut jumps, mut resized) = (false, false);
    while let Some(operation) = operations.next()? {
        let to = operations.offset_from(expression);
        let original = &bytes[from..to];
        from = to;
        let before = written.len();
        match operation {
            Operation::WasmLocal { index } => {
                let Some(local) = function.and_then(|f| f.local(index)) else { return Ok(None) };
                written.extend([WASM_LOCATION, LOCAL]);
                leb128(&mut written, local.into());
            }
            Operation::WasmGlobal { index } => {
                let Some(global) = moves.global(index) else { return Ok(None) };
                written.extend([WASM_LOCATION, GLOBAL]);
                leb128(&mut written, global.into());
            }
            Operation::EntryValue { expression } => {
                let Some(below) = depth.checked_sub(1) else { return Ok(None) };
                let inner = Expression(expression);
                let Some(inner) = self::operations(&inner, encoding, function, moves, below)? else { return Ok(None) };
                written.push(original[0]);
                leb128(&mut written, inner.len() as u64);
                written.extend(inner);
            }
            Operation::Bra { .. } | Operation::Skip { .. } => {
                jumps = true;
                written.extend(original);
            }
            _ => written.extend(original),
        }
        resized |= written.len() - before != original.len();
    }
    Ok((!(jumps && resized)).then_some(written))
}

fn leb128(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}
