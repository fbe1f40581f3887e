//! Operands and literals.
//!
//! Integer literals are decimal, hexadecimal or binary, with an optional `U`; octal ones and decimal floats are refused
//! (nobody means the former, and the latter hide their bits). Whether a value fits is decided when its type is known.

use super::Parser;
use super::lexer::Token;
use crate::ast::{Operand, Special};
use crate::error::{ParseError, ParseProblem};

impl<'t> Parser<'t> {
    pub(super) fn operand(&mut self) -> Result<Operand<'t>, ParseError> {
        match self.token {
            Token::Word(word) => {
                self.advance()?;
                self.after_word(word)
            }
            Token::Number(_) | Token::Mark('-') => self.literal(),
            Token::Mark('!') => {
                self.advance()?;
                Ok(Operand::Negated(self.word("a predicate")?))
            }
            Token::Mark('[') => self.address(),
            Token::Mark('{') => self.vector(),
            _ => self.unexpected("an operand"),
        }
    }

    /// A name, `p|q`, or a special register with its component.
    fn after_word(&mut self, word: &'t str) -> Result<Operand<'t>, ParseError> {
        if self.eat(Token::Mark('|'))? {
            return Ok(Operand::Pair(word, self.word("a predicate")?));
        }
        if !is_special(word) {
            return Ok(Operand::Name(word));
        }
        let mut written = word.to_owned();
        let mut axis = None;
        if let Token::Dotted(component) = self.token {
            axis = ["x", "y", "z"].iter().position(|axis| *axis == component);
            written = format!("{word}.{component}");
            if axis.is_some() {
                self.advance()?;
            }
        }
        match special(word, axis.map(|axis| axis as u8)) {
            Some(special) => Ok(Operand::Special(special)),
            None => self.error(ParseProblem::UnknownSpecial(written)),
        }
    }

    fn literal(&mut self) -> Result<Operand<'t>, ParseError> {
        let negative = self.eat(Token::Mark('-'))?;
        let Token::Number(text) = self.token else { return self.unexpected("a number") };
        let operand = match float(text) {
            Some(operand) if !negative => Some(operand),
            Some(_) => None,
            None => unsigned(text).map(|value| {
                let value = i128::from(value);
                Operand::Integer(if negative { -value } else { value })
            }),
        };
        match operand {
            Some(operand) => self.advance().map(|_| operand),
            None => self.error(ParseProblem::Number(text.to_owned())),
        }
    }

    /// `[base]`, `[base+4]` or `[base+-4]`; the offset is a signed 32-bit number.
    fn address(&mut self) -> Result<Operand<'t>, ParseError> {
        self.advance()?;
        let base = self.word("a register or a parameter")?;
        let mut offset = 0;
        if self.eat(Token::Mark('+'))? {
            let line = self.line;
            offset = match self.literal()? {
                Operand::Integer(value) => i32::try_from(value).ok(),
                _ => None,
            }
            .ok_or(ParseError { line, problem: ParseProblem::Offset })?;
        }
        self.mark(']', "`+` or `]`")?;
        Ok(Operand::Address(base, offset))
    }

    fn vector(&mut self) -> Result<Operand<'t>, ParseError> {
        self.advance()?;
        let mut names = vec![self.word("a register")?];
        while names.len() < 4 && self.eat(Token::Mark(','))? {
            names.push(self.word("a register")?);
        }
        self.mark('}', "`,` or `}`")?;
        Ok(Operand::Vector(names))
    }
}

/// Whether `name` is a special register, or a component of one that is known.
pub(super) fn is_special(name: &str) -> bool {
    matches!(name, "%tid" | "%ntid" | "%ctaid" | "%nctaid" | "%laneid")
}

fn special(name: &str, axis: Option<u8>) -> Option<Special> {
    match (name, axis) {
        ("%tid", Some(axis)) => Some(Special::Thread(axis)),
        ("%ntid", Some(axis)) => Some(Special::BlockSize(axis)),
        ("%ctaid", Some(axis)) => Some(Special::Block(axis)),
        ("%nctaid", Some(axis)) => Some(Special::GridSize(axis)),
        ("%laneid", None) => Some(Special::Lane),
        _ => None,
    }
}

/// `0f` with eight hexadecimal digits, `0d` with sixteen.
fn float(text: &str) -> Option<Operand<'static>> {
    let digits = text.get(2..)?;
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (&text[..2], digits.len(), hexadecimal) {
        ("0f" | "0F", 8, true) => u32::from_str_radix(digits, 16).ok().map(Operand::Single),
        ("0d" | "0D", 16, true) => u64::from_str_radix(digits, 16).ok().map(Operand::Double),
        _ => None,
    }
}

/// The value of an unsigned integer literal that fits 64 bits.
pub(super) fn unsigned(text: &str) -> Option<u64> {
    let text = text.strip_suffix('U').unwrap_or(text);
    let (digits, radix) = match text.get(..2) {
        Some("0x" | "0X") => (&text[2..], 16),
        Some("0b" | "0B") => (&text[2..], 2),
        _ if text.len() > 1 && text.starts_with('0') => return None,
        _ => (text, 10),
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(|| u64::from_str_radix(digits, radix).ok()).flatten()
}
