//! Text to [`Module`].
//!
//! Input: PTX text of any origin. Output: the typed AST, or the first thing outside the accepted subset, with its line.
//! A recursive descent without recursion: PTX as accepted here does not nest. What names mean and whether operands fit
//! is left to [`crate::prepare`].

mod lexer;
mod operand;
mod operation;

use crate::ast::{Guard, Instruction, Kernel, Module, Param, RegisterDeclaration, Statement, Type};
use crate::error::{ParseError, ParseProblem};
use crate::limits;
use lexer::{Lexer, Token};
use std::collections::HashSet;

/// Parses `text` as one module of the accepted subset.
pub fn parse(text: &str) -> Result<Module<'_>, ParseError> {
    if text.len() > limits::TEXT {
        let problem = ParseProblem::TooLong { bytes: text.len(), limit: limits::TEXT };
        return Err(ParseError { line: 1, problem });
    }
    let mut parser = Parser::new(text)?;
    let (version, target) = parser.header()?;
    let mut kernels: Vec<Kernel<'_>> = Vec::new();
    let mut names = HashSet::new();
    while parser.token != Token::End {
        let kernel = parser.kernel(version, target)?;
        if !names.insert(kernel.name) {
            return Err(ParseError { line: kernel.line, problem: ParseProblem::Duplicate(kernel.name.to_owned()) });
        }
        kernels.push(kernel);
    }
    Ok(Module { version, target, kernels })
}

/// One token of look-ahead over the lexer.
struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token<'t>,
    line: u32,
    statements: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Result<Parser<'t>, ParseError> {
        let mut parser = Parser { lexer: Lexer::new(text), token: Token::End, line: 1, statements: 0 };
        parser.advance()?;
        Ok(parser)
    }

    fn advance(&mut self) -> Result<Token<'t>, ParseError> {
        let (token, line) = self.lexer.next()?;
        self.line = line;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn error<T>(&self, problem: ParseProblem) -> Result<T, ParseError> {
        Err(ParseError { line: self.line, problem })
    }

    fn unexpected<T>(&self, expected: &'static str) -> Result<T, ParseError> {
        self.error(ParseProblem::Expected { expected, found: self.token.describe() })
    }

    fn eat(&mut self, token: Token<'_>) -> Result<bool, ParseError> {
        let found = self.token == token;
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn mark(&mut self, mark: char, expected: &'static str) -> Result<(), ParseError> {
        if self.eat(Token::Mark(mark))? { Ok(()) } else { self.unexpected(expected) }
    }

    fn directive(&mut self, name: &'static str, expected: &'static str) -> Result<(), ParseError> {
        if self.eat(Token::Dotted(name))? { Ok(()) } else { self.unexpected(expected) }
    }

    fn word(&mut self, expected: &'static str) -> Result<&'t str, ParseError> {
        let Token::Word(word) = self.token else { return self.unexpected(expected) };
        self.advance()?;
        Ok(word)
    }

    fn count(&mut self, expected: &'static str) -> Result<u32, ParseError> {
        let Token::Number(text) = self.token else { return self.unexpected(expected) };
        match operand::unsigned(text).and_then(|value| u32::try_from(value).ok()) {
            Some(value) => self.advance().map(|_| value),
            None => self.error(ParseProblem::Number(text.to_owned())),
        }
    }

    fn ty(&mut self, accept: fn(Type) -> bool) -> Result<Type, ParseError> {
        let Token::Dotted(name) = self.token else { return self.unexpected("a type") };
        let Some(ty) = Type::from_name(name) else { return self.error(ParseProblem::UnknownType(name.to_owned())) };
        if !accept(ty) {
            return self.error(ParseProblem::TypeHere(ty));
        }
        self.advance()?;
        Ok(ty)
    }

    /// `.version M.m .target sm_NN .address_size 64`
    fn header(&mut self) -> Result<((u32, u32), u32), ParseError> {
        self.directive("version", "`.version`")?;
        let Token::Number(text) = self.token else { return self.unexpected("a version") };
        let Some(version) = version(text) else { return self.error(ParseProblem::Number(text.to_owned())) };
        self.advance()?;
        self.directive("target", "`.target`")?;
        let Token::Word(text) = self.token else { return self.unexpected("a target") };
        let Some(target) = target(text) else { return self.error(ParseProblem::Target(text.to_owned())) };
        self.advance()?;
        self.directive("address_size", "`.address_size`")?;
        if !self.eat(Token::Number("64"))? {
            return self.unexpected("`64`");
        }
        Ok((version, target))
    }

    fn kernel(&mut self, version: (u32, u32), target: u32) -> Result<Kernel<'t>, ParseError> {
        self.eat(Token::Dotted("visible"))?;
        match self.token {
            Token::Dotted("entry") => self.advance()?,
            Token::Dotted("shared") => return self.error(ParseProblem::SharedMemory),
            Token::Dotted(name) => return self.error(ParseProblem::Directive(name.to_owned())),
            _ => return self.unexpected("`.entry`"),
        };
        let line = self.line;
        let name = self.word("the name of an entry")?;
        let params = self.params(version)?;
        let mut kernel = Kernel {
            name,
            line,
            params,
            max_block: None,
            required_block: None,
            registers: Vec::new(),
            body: Vec::new(),
            end_line: line,
        };
        self.block_directives(&mut kernel)?;
        self.mark('{', "`{`")?;
        while self.token != Token::Mark('}') {
            self.statement(&mut kernel, target)?;
        }
        kernel.end_line = self.line;
        self.advance()?;
        Ok(kernel)
    }

    /// The parameter list, with its size in the layout of the ABI bounded as ptxas bounds it.
    fn params(&mut self, version: (u32, u32)) -> Result<Vec<Param<'t>>, ParseError> {
        let mut params = Vec::new();
        if !self.eat(Token::Mark('('))? || self.eat(Token::Mark(')'))? {
            return Ok(params);
        }
        let limit = if version >= (8, 1) { limits::PARAMETER_BYTES } else { limits::PARAMETER_BYTES_BEFORE_8_1 };
        let mut names = HashSet::new();
        let mut bytes = 0u32;
        loop {
            let line = self.line;
            self.directive("param", "`.param`")?;
            let ty = self.ty(|ty| ty != Type::Pred)?;
            let name = self.word("the name of a parameter")?;
            if !names.insert(name) {
                return self.error(ParseProblem::Duplicate(name.to_owned()));
            }
            let size = ty.bits() / 8;
            bytes = bytes.next_multiple_of(size) + size;
            if bytes > limit {
                return self.error(ParseProblem::TooManyParameters { bytes, limit });
            }
            params.push(Param { name, ty, line });
            if !self.eat(Token::Mark(','))? {
                break;
            }
        }
        self.mark(')', "`,` or `)`")?;
        Ok(params)
    }

    /// `.maxntid`, `.reqntid` and `.minnctapersm` between the parameters and the body.
    fn block_directives(&mut self, kernel: &mut Kernel<'t>) -> Result<(), ParseError> {
        while let Token::Dotted(name) = self.token {
            match name {
                "maxntid" => {
                    self.advance()?;
                    kernel.max_block = Some(self.block_shape()?);
                }
                "reqntid" => {
                    self.advance()?;
                    kernel.required_block = Some(self.block_shape()?);
                }
                "minnctapersm" => {
                    self.advance()?;
                    self.count("a count")?;
                }
                other => return self.error(ParseProblem::Directive(other.to_owned())),
            }
        }
        Ok(())
    }

    fn block_shape(&mut self) -> Result<[u32; 3], ParseError> {
        let mut shape = [self.count("a block size")?, 1, 1];
        for size in &mut shape[1..] {
            if !self.eat(Token::Mark(','))? {
                break;
            }
            *size = self.count("a block size")?;
        }
        Ok(shape)
    }

    fn count_statement(&mut self) -> Result<(), ParseError> {
        self.statements += 1;
        if self.statements > limits::STATEMENTS {
            return self.error(ParseProblem::TooManyStatements { limit: limits::STATEMENTS });
        }
        Ok(())
    }

    fn statement(&mut self, kernel: &mut Kernel<'t>, target: u32) -> Result<(), ParseError> {
        self.count_statement()?;
        let line = self.line;
        match self.token {
            Token::Dotted("reg") => self.registers(kernel),
            Token::Dotted("shared") => self.error(ParseProblem::SharedMemory),
            Token::Dotted(name) => self.error(ParseProblem::Directive(name.to_owned())),
            Token::Mark('@') => {
                self.advance()?;
                let negated = self.eat(Token::Mark('!'))?;
                let predicate = self.word("a predicate")?;
                let opcode = self.word("an instruction")?;
                let guard = Some(Guard { predicate, negated });
                let instruction = self.instruction(opcode, guard, line, target)?;
                kernel.body.push(Statement::Instruction(instruction));
                Ok(())
            }
            _ => {
                let name = self.word("a label, an instruction or `}`")?;
                let statement = if self.eat(Token::Mark(':'))? {
                    Statement::Label { name, line }
                } else {
                    Statement::Instruction(self.instruction(name, None, line, target)?)
                };
                kernel.body.push(statement);
                Ok(())
            }
        }
    }

    /// `.reg .b32 %r<8>, %x;`
    fn registers(&mut self, kernel: &mut Kernel<'t>) -> Result<(), ParseError> {
        self.advance()?;
        let ty = self.ty(|ty| ty == Type::Pred || ty.bits() >= 16)?;
        loop {
            self.count_statement()?;
            let line = self.line;
            let name = self.word("the name of a register")?;
            let count = if self.eat(Token::Mark('<'))? {
                let count = self.count("a count of registers")?;
                self.mark('>', "`>`")?;
                Some(count)
            } else {
                None
            };
            let prefix = count.is_some() && name.ends_with(|c: char| c.is_ascii_digit());
            if prefix || operand::is_special(name) {
                return Err(ParseError { line, problem: ParseProblem::ReservedName(name.to_owned()) });
            }
            let limit = limits::DECLARED_REGISTERS;
            if let Some(count) = count.filter(|count| *count > limit) {
                let name = name.to_owned();
                return Err(ParseError { line, problem: ParseProblem::TooManyRegisters { name, count, limit } });
            }
            kernel.registers.push(RegisterDeclaration { name, count, ty, line });
            if !self.eat(Token::Mark(','))? {
                break;
            }
        }
        self.mark(';', "`,` or `;`")
    }

    fn instruction(
        &mut self,
        opcode: &'t str,
        guard: Option<Guard<'t>>,
        line: u32,
        target: u32,
    ) -> Result<Instruction<'t>, ParseError> {
        let mut parts = vec![opcode];
        while let Token::Dotted(part) = self.token {
            if parts.len() == 8 {
                break;
            }
            parts.push(part);
            self.advance()?;
        }
        let written = || parts.join(".");
        let fail = |problem| Err(ParseError { line, problem });
        let Some(operation) = operation::operation(&parts) else {
            return fail(match &parts[..] {
                ["ld" | "st" | "atom" | "red", "shared", ..] => ParseProblem::SharedMemory,
                parts if operation::may_fuse(parts) => ParseProblem::MayFuse(written()),
                _ => ParseProblem::UnknownInstruction(written()),
            });
        };
        let needed = operation::needed_target(operation);
        if target < needed {
            return fail(ParseProblem::NeedsTarget { instruction: written(), needed, target });
        }
        let mut operands = Vec::new();
        if self.token != Token::Mark(';') {
            operands.push(self.operand()?);
            while operands.len() < 8 && self.eat(Token::Mark(','))? {
                operands.push(self.operand()?);
            }
        }
        self.mark(';', "`,` or `;`")?;
        Ok(Instruction { line, guard, operation, operands })
    }
}

fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    let part = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    Some((part(major)?, part(minor)?))
}

fn target(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("sm_")?;
    let digits = digits.strip_suffix(['a', 'f']).unwrap_or(digits);
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}
