//! Text to tokens, one at a time.
//!
//! Assumes nothing of the text. Comments and white space vanish here; every token knows its line. A dot glued to a word
//! is one token (`.global`, and the `.x` of `%tid.x`), because PTX uses it as a directive, a modifier or a component.

use crate::error::{ParseError, ParseProblem};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// `%r1`, `$L_1`, `mov`
    Word(&'t str),
    /// `.global`, without the dot
    Dotted(&'t str),
    /// `12`, `0x1f`, `0f3f800000`, `7.8`
    Number(&'t str),
    /// A single character of punctuation.
    Mark(char),
    End,
}

impl Token<'_> {
    pub(super) fn describe(self) -> String {
        match self {
            Token::Word(text) | Token::Number(text) => format!("`{text}`"),
            Token::Dotted(text) => format!("`.{text}`"),
            Token::Mark(mark) => format!("`{mark}`"),
            Token::End => "the end of the text".to_owned(),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Lexer<'t> {
    rest: &'t str,
    line: u32,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Lexer<'t> {
        Lexer { rest: text, line: 1 }
    }

    /// The next token and its line.
    pub(super) fn next(&mut self) -> Result<(Token<'t>, u32), ParseError> {
        self.skip_blank()?;
        let line = self.line;
        let Some(first) = self.rest.chars().next() else { return Ok((Token::End, line)) };
        let token = match first {
            'a'..='z' | 'A'..='Z' | '_' | '$' | '%' => Token::Word(self.take_while(first, is_word)),
            '0'..='9' => Token::Number(self.take_while(first, |c| is_word(c) || c == '.')),
            '.' => {
                self.rest = &self.rest[1..];
                Token::Dotted(self.take_while(' ', is_word))
            }
            ',' | ';' | ':' | '(' | ')' | '{' | '}' | '[' | ']' | '<' | '>' | '+' | '-' | '!' | '|' | '@' => {
                self.rest = &self.rest[1..];
                Token::Mark(first)
            }
            other => return Err(ParseError { line, problem: ParseProblem::Character(other) }),
        };
        Ok((token, line))
    }

    /// Takes `first` (if it is not a blank) and every following character that `keep` accepts; all of them are ASCII.
    fn take_while(&mut self, first: char, keep: impl Fn(char) -> bool) -> &'t str {
        let skip = usize::from(first != ' ');
        let end = self.rest[skip..].find(|c| !keep(c)).map_or(self.rest.len(), |at| at + skip);
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn skip_blank(&mut self) -> Result<(), ParseError> {
        loop {
            let trimmed = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
            self.advance(self.rest.len() - trimmed.len());
            let length = if self.rest.starts_with("//") {
                self.rest.find('\n').unwrap_or(self.rest.len())
            } else if self.rest.starts_with("/*") {
                let problem = ParseProblem::OpenComment;
                self.rest[2..].find("*/").ok_or(ParseError { line: self.line, problem })? + 4
            } else {
                return Ok(());
            };
            self.advance(length);
        }
    }

    fn advance(&mut self, length: usize) {
        let (skipped, rest) = self.rest.split_at(length);
        self.line += skipped.bytes().filter(|byte| *byte == b'\n').count() as u32;
        self.rest = rest;
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}
