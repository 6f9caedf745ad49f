//! From text to a statement; what cannot be read is a 4000 (qbo.md 6).

use crate::qbo::books::errors::Fault;

/// One SELECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) projection: Projection,
    pub(super) entity: String,
    pub(super) conditions: Vec<Condition>,
    /// Property, and whether it is descending.
    pub(super) order: Vec<(String, bool)>,
    pub(super) start: Option<u64>,
    pub(super) most: Option<u64>,
}

/// What is selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Projection {
    Count,
    /// The named members; with `all`, besides everything that `*` shows.
    Members {
        names: Vec<String>,
        all: bool,
    },
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) property: String,
    pub(super) operator: Operator,
    /// One value, or those of IN.
    pub(super) values: Vec<Literal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Less,
    Greater,
    AtMost,
    AtLeast,
    In,
    Like,
}

/// A value as it was written; quoted or bare makes no difference but for words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Number(String),
    Word(String),
}

impl Literal {
    pub(super) fn text(&self) -> &str {
        let (Self::Text(text) | Self::Number(text) | Self::Word(text)) = self;
        text
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Number(String),
    Sign(&'static str),
    End,
}

/// A token with the column, counted from 1, at which it starts.
type Placed = (Token, usize);

const SIGNS: [&str; 9] = ["<=", ">=", "=", "<", ">", "(", ")", ",", "*"];

impl Statement {
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        Parser { tokens: tokens(text)?, at: 0 }.statement()
    }
}

fn tokens(text: &str) -> Result<Vec<Placed>, Fault> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut column = 1;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            space if space.is_whitespace() => space.len_utf8(),
            '\'' => {
                let (value, length) = quoted(rest, column)?;
                tokens.push((Token::Text(value), column));
                length
            }
            letter if letter.is_ascii_alphabetic() || letter == '_' => {
                let word = leading(rest, |character| character.is_ascii_alphanumeric() || "_.".contains(character));
                tokens.push((Token::Word(word.to_owned()), column));
                word.len()
            }
            digit if digit.is_ascii_digit() || digit == '-' => {
                let number = leading(rest, |character| character.is_ascii_digit() || ".-:TZ".contains(character));
                tokens.push((Token::Number(number.to_owned()), column));
                number.len()
            }
            other => match SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
                Some(sign) => {
                    tokens.push((Token::Sign(sign), column));
                    sign.len()
                }
                None => return Err(lexical(column, other)),
            },
        };
        column += rest[..length].chars().count();
        rest = &rest[length..];
    }
    tokens.push((Token::End, column));
    Ok(tokens)
}

fn leading(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    let end = text.find(|character| !belongs(character)).unwrap_or(text.len());
    &text[..end]
}

/// A text in single quotes; a backslash takes the next quote or backslash as it is (qbo.md 6).
fn quoted(text: &str, column: usize) -> Result<(String, usize), Fault> {
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' => return Ok((value, at + 1)),
            '\\' if characters.peek().is_some_and(|(_, next)| matches!(next, '\'' | '\\')) => {
                value.extend(characters.next().map(|(_, next)| next));
            }
            other => value.push(other),
        }
    }
    Err(lexical(column, '\''))
}

fn lexical(column: usize, character: char) -> Fault {
    let number = u32::from(character);
    let shown = if character.is_ascii() { character.to_string() } else { format!("\\u{number:04x}") };
    Fault::of(
        4000,
        format!(
            "QueryParserError: Lexical error at line 1, column {column}.  Encountered: \"{shown}\" ({number}), after : \"\""
        ),
    )
}

struct Parser {
    tokens: Vec<Placed>,
    at: usize,
}

type Parsed<T> = Result<T, Fault>;

impl Parser {
    fn statement(mut self) -> Parsed<Statement> {
        self.keyword("select")?;
        let projection = self.projection()?;
        self.keyword("from")?;
        let entity = self.word()?;
        let mut conditions = Vec::new();
        if self.takes("where") {
            conditions.push(self.condition()?);
            while self.takes("and") {
                conditions.push(self.condition()?);
            }
            if self.is_keyword("or") {
                // The grammar knows the word, the validation refuses it (qbo.md 6).
                return Err(super::invalid("OR is not supported"));
            }
        }
        let order = self.order()?;
        let (mut start, mut most) = (None, None);
        loop {
            if start.is_none() && self.takes("startposition") {
                start = Some(self.whole()?);
            } else if most.is_none() && self.takes("maxresults") {
                most = Some(self.whole()?);
            } else {
                break;
            }
        }
        match self.peek() {
            Token::End => Ok(Statement { projection, entity, conditions, order, start, most }),
            _ => Err(self.unexpected(&["<EOF>", "\"AND\"", "\"ORDERBY\"", "\"STARTPOSITION\"", "\"MAXRESULTS\""])),
        }
    }

    fn projection(&mut self) -> Parsed<Projection> {
        if self.is_keyword("count") {
            self.at += 1;
            for sign in ["(", "*", ")"] {
                self.sign(sign)?;
            }
            return Ok(Projection::Count);
        }
        let (mut names, mut all) = (Vec::new(), false);
        loop {
            if *self.peek() == Token::Sign("*") {
                self.at += 1;
                all = true;
            } else {
                names.push(self.word()?);
            }
            if !self.takes_sign(",") {
                return Ok(Projection::Members { names, all });
            }
        }
    }

    fn condition(&mut self) -> Parsed<Condition> {
        let property = self.word()?;
        let operator = match self.peek() {
            Token::Sign("=") => Operator::Equal,
            Token::Sign("<") => Operator::Less,
            Token::Sign(">") => Operator::Greater,
            Token::Sign("<=") => Operator::AtMost,
            Token::Sign(">=") => Operator::AtLeast,
            Token::Word(word) if word.eq_ignore_ascii_case("in") => Operator::In,
            Token::Word(word) if word.eq_ignore_ascii_case("like") => Operator::Like,
            _ => return Err(self.unexpected(&["\"=\"", "\"<\"", "\">\"", "\"<=\"", "\">=\"", "\"IN\"", "\"LIKE\""])),
        };
        self.at += 1;
        let mut values = Vec::new();
        if operator == Operator::In {
            self.sign("(")?;
            values.push(self.literal()?);
            while self.takes_sign(",") {
                values.push(self.literal()?);
            }
            self.sign(")")?;
        } else {
            values.push(self.literal()?);
        }
        Ok(Condition { property, operator, values })
    }

    fn order(&mut self) -> Parsed<Vec<(String, bool)>> {
        let mut order = Vec::new();
        if self.takes("order") {
            self.keyword("by")?;
        } else if !self.takes("orderby") {
            return Ok(order);
        }
        loop {
            let property = self.word()?;
            let descending = self.takes("desc");
            if !descending {
                self.takes("asc");
            }
            order.push((property, descending));
            if !self.takes_sign(",") {
                return Ok(order);
            }
        }
    }

    fn literal(&mut self) -> Parsed<Literal> {
        let literal = match self.peek() {
            Token::Text(text) => Literal::Text(text.clone()),
            Token::Number(number) => Literal::Number(number.clone()),
            Token::Word(word) if ["true", "false", "current_date"].iter().any(|own| word.eq_ignore_ascii_case(own)) => {
                Literal::Word(word.to_ascii_lowercase())
            }
            _ => return Err(self.unexpected(&["<STRING>", "<NUMBER>", "\"TRUE\"", "\"FALSE\""])),
        };
        self.at += 1;
        Ok(literal)
    }

    fn whole(&mut self) -> Parsed<u64> {
        let text = match self.peek() {
            Token::Number(text) | Token::Text(text) => text.parse().ok(),
            _ => None,
        };
        let number = text.ok_or_else(|| self.unexpected(&["<NUMBER>"]))?;
        self.at += 1;
        Ok(number)
    }

    fn word(&mut self) -> Parsed<String> {
        match self.peek() {
            Token::Word(word) if !is_reserved(word) => {
                let word = word.clone();
                self.at += 1;
                Ok(word)
            }
            _ => Err(self.unexpected(&["<IDENTIFIER>"])),
        }
    }

    fn sign(&mut self, sign: &'static str) -> Parsed<()> {
        if self.takes_sign(sign) { Ok(()) } else { Err(self.unexpected(&[&format!("\"{sign}\"")])) }
    }

    fn takes_sign(&mut self, sign: &'static str) -> bool {
        let found = *self.peek() == Token::Sign(sign);
        self.at += usize::from(found);
        found
    }

    fn keyword(&mut self, word: &str) -> Parsed<()> {
        if self.takes(word) { Ok(()) } else { Err(self.unexpected(&[&format!("\"{}\"", word.to_ascii_uppercase())])) }
    }

    fn is_keyword(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.is_keyword(word);
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    /// `Encountered " <IDENTIFIER> "s "" at line 1, column 48.` (qbo.md 6).
    fn unexpected(&self, expected: &[&str]) -> Fault {
        let column = self.tokens.get(self.at).map_or(0, |(_, column)| *column);
        let found = match self.peek() {
            Token::Word(word) if is_reserved(word) => format!("\"{word}\""),
            Token::Word(word) => format!("\" <IDENTIFIER> \"{word} \"\""),
            Token::Text(text) => format!("\" <STRING> \"\\'{text}\\' \"\""),
            Token::Number(number) => format!("\" <NUMBER> \"{number} \"\""),
            Token::Sign(sign) => format!("\"{sign}\""),
            Token::End => "\"<EOF>\"".to_owned(),
        };
        let expected = expected.iter().map(|one| format!("\n    {one} ...")).collect::<String>();
        Fault::of(
            4000,
            format!(
                "QueryParserError: Encountered {found} at line 1, column {column}.\nWas expecting one of:{expected}\n    "
            ),
        )
    }
}

fn is_reserved(word: &str) -> bool {
    const RESERVED: [&str; 10] =
        ["select", "from", "where", "and", "or", "in", "like", "orderby", "startposition", "maxresults"];
    RESERVED.iter().any(|own| word.eq_ignore_ascii_case(own))
}
