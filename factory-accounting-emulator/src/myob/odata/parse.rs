//! Reading `$filter` and `$orderby`.

use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::expr::{Expr, Literal, Operand, Operator, TextTest};
use super::{Order, QueryError, Shape};

/// Brackets within brackets; deeper filters are refused rather than recursed into.
const DEEPEST: usize = 32;

/// Words of OData that the service may know and the emulator does not.
const GAPS: [&str; 22] = [
    "not",
    "toupper",
    "length",
    "indexof",
    "replace",
    "substring",
    "trim",
    "concat",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "round",
    "floor",
    "ceiling",
    "add",
    "sub",
    "mul",
    "div",
    "mod",
];

/// Reads a filter over rows of a shape.
pub(super) fn filter(text: &str, shape: &Shape<'_>) -> Result<Expr, QueryError> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, shape, variables: Vec::new(), depth: 0 };
    let expr = reader.or()?;
    match reader.peek() {
        None => Ok(expr),
        Some(token) => Err(unexpected(token)),
    }
}

/// Reads `Date desc, Number`.
pub(super) fn order(text: &str, shape: &Shape<'_>) -> Result<Vec<Order>, QueryError> {
    text.split(',').map(|key| one_order(key, shape)).collect()
}

fn one_order(key: &str, shape: &Shape<'_>) -> Result<Order, QueryError> {
    let mut words = key.split_whitespace();
    let refused = || QueryError::bad(format!("Syntax error in $orderby at '{key}'."));
    let path: Vec<String> = words.next().ok_or_else(refused)?.split('/').map(str::to_owned).collect();
    let descending = match words.next() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(refused()),
    };
    if words.next().is_some() {
        return Err(refused());
    }
    known(&path, shape)?;
    Ok(Order { path, descending })
}

/// Refuses a path that does not begin with a member of the type; letter case counts (myob.md 5).
fn known(path: &[String], shape: &Shape<'_>) -> Result<(), QueryError> {
    match path.first() {
        Some(head) if shape.members.contains(&head.as_str()) => Ok(()),
        head => Err(QueryError::unknown_property(head.map_or("", String::as_str), shape.type_name)),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Comma,
    Colon,
    /// A name, a path or a keyword.
    Word(String),
    Literal(Literal),
}

fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let single = match first {
            '(' => Some(Token::Open),
            ')' => Some(Token::Close),
            ',' => Some(Token::Comma),
            ':' => Some(Token::Colon),
            _ => None,
        };
        let (token, left) = match single {
            Some(token) => (token, &rest[1..]),
            None if first == '\'' => {
                let (text, left) = quoted(rest)?;
                (Token::Literal(Literal::Text(text)), left)
            }
            None => word(rest)?,
        };
        tokens.push(token);
        rest = left.trim_start();
    }
    Ok(tokens)
}

/// A text in quotes, in which a quote is doubled (myob.md 5).
fn quoted(text: &str) -> Result<(String, &str), QueryError> {
    let mut content = String::new();
    let mut rest = text.strip_prefix('\'').unwrap_or(text);
    loop {
        let unterminated = || QueryError::bad(format!("Unterminated string literal in '{text}'."));
        let (part, left) = rest.split_once('\'').ok_or_else(unterminated)?;
        content.push_str(part);
        match left.strip_prefix('\'') {
            Some(further) => {
                content.push('\'');
                rest = further;
            }
            None => return Ok((content, left)),
        }
    }
}

fn word(text: &str) -> Result<(Token, &str), QueryError> {
    let part_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '/' | '.' | '-' | '+');
    let end = text.find(|c| !part_of_word(c)).unwrap_or(text.len());
    let (word, left) = text.split_at(end);
    if word.is_empty() {
        return Err(QueryError::bad(format!("Syntax error at '{text}'.")));
    }
    if left.starts_with('\'') {
        let (content, left) = quoted(left)?;
        let literal = match word {
            "guid" => Uuid::parse_str(&content).ok().map(Literal::Guid),
            "datetime" if has_offset(&content) => {
                return Err(QueryError::Gap(format!(
                    "a datetime literal with an offset, such as '{content}'; send the file's own time without one"
                )));
            }
            "datetime" => time(&content).map(Literal::Time),
            _ => None,
        };
        let refused = || QueryError::bad(format!("Unrecognized '{word}' literal '{content}'."));
        return Ok((Token::Literal(literal.ok_or_else(refused)?), left));
    }
    let token = match word {
        "true" => Token::Literal(Literal::Bool(true)),
        "false" => Token::Literal(Literal::Bool(false)),
        "null" => Token::Literal(Literal::Null),
        _ if word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) => {
            let digits = word.trim_end_matches(['M', 'm', 'D', 'd', 'L', 'F', 'f']);
            let number =
                digits.parse::<Decimal>().map_err(|_| QueryError::bad(format!("Syntax error at '{word}'.")))?;
            Token::Literal(Literal::Number(number))
        }
        _ => Token::Word(word.to_owned()),
    };
    Ok((token, left))
}

/// Whether a time names a zone, which the service's literals do not (myob.md 5).
fn has_offset(text: &str) -> bool {
    text.ends_with(['Z', 'z']) || text.get(10..).is_some_and(|time| time.contains(['+', '-']))
}

/// A day, or a day and a time with `T` or a blank between them (myob.md 5).
fn time(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim().replacen(' ', "T", 1);
    let day = || NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    let full = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    full.iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok()).or_else(day)
}

struct Reader<'a> {
    tokens: Vec<Token>,
    at: usize,
    shape: &'a Shape<'a>,
    /// Of the lambdas around this place.
    variables: Vec<String>,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Result<Token, QueryError> {
        let token = self.peek().cloned().ok_or_else(|| QueryError::bad("The filter ends too early."))?;
        self.at += 1;
        Ok(token)
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), QueryError> {
        let token = self.next()?;
        if token == *wanted { Ok(()) } else { Err(unexpected(&token)) }
    }

    fn takes(&mut self, keyword: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word)) if word == keyword);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Expr, QueryError> {
        let mut terms = vec![self.and()?];
        while self.takes("or") {
            terms.push(self.and()?);
        }
        Ok(only(terms, Expr::Or))
    }

    fn and(&mut self) -> Result<Expr, QueryError> {
        let mut terms = vec![self.term()?];
        while self.takes("and") {
            terms.push(self.term()?);
        }
        Ok(only(terms, Expr::And))
    }

    fn term(&mut self) -> Result<Expr, QueryError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(QueryError::bad("The filter is nested too deeply."));
        }
        let expr = self.inner_term();
        self.depth -= 1;
        expr
    }

    fn inner_term(&mut self) -> Result<Expr, QueryError> {
        match self.next()? {
            Token::Open => {
                let expr = self.or()?;
                self.expect(&Token::Close)?;
                Ok(expr)
            }
            Token::Word(word) if self.peek() == Some(&Token::Open) && word != "tolower" => self.call(&word),
            Token::Word(word) if GAPS.contains(&word.as_str()) => Err(gap(&word)),
            Token::Word(word) => {
                let operand = self.operand(word)?;
                let operator = self.operator()?;
                match self.next()? {
                    Token::Literal(literal) => Ok(Expr::Compare { operand, operator, literal }),
                    Token::Word(other) => {
                        Err(QueryError::Gap(format!("a filter that compares with another member, '{other}'")))
                    }
                    token => Err(unexpected(&token)),
                }
            }
            token => Err(unexpected(&token)),
        }
    }

    /// A path, or `tolower(path)`.
    fn operand(&mut self, word: String) -> Result<Operand, QueryError> {
        if word == "tolower" && self.peek() == Some(&Token::Open) {
            self.at += 1;
            let path = self.path()?;
            self.expect(&Token::Close)?;
            return Ok(Operand { path, lower: true });
        }
        Ok(Operand { path: self.checked(&word)?, lower: false })
    }

    fn path(&mut self) -> Result<Vec<String>, QueryError> {
        match self.next()? {
            Token::Word(word) => self.checked(&word),
            token => Err(unexpected(&token)),
        }
    }

    fn checked(&self, word: &str) -> Result<Vec<String>, QueryError> {
        let path: Vec<String> = word.split('/').map(str::to_owned).collect();
        if !path.first().is_some_and(|head| self.variables.contains(head)) {
            known(&path, self.shape)?;
        }
        Ok(path)
    }

    fn operator(&mut self) -> Result<Operator, QueryError> {
        match self.next()? {
            Token::Word(word) => match word.as_str() {
                "eq" => Ok(Operator::Eq),
                "ne" => Ok(Operator::Ne),
                "gt" => Ok(Operator::Gt),
                "ge" => Ok(Operator::Ge),
                "lt" => Ok(Operator::Lt),
                "le" => Ok(Operator::Le),
                other if GAPS.contains(&other) => Err(gap(other)),
                _ => Err(unexpected(&Token::Word(word))),
            },
            token => Err(unexpected(&token)),
        }
    }

    /// What follows a name and an opening bracket.
    fn call(&mut self, name: &str) -> Result<Expr, QueryError> {
        self.expect(&Token::Open)?;
        let expr = match name {
            "substringof" => {
                let needle = self.text()?;
                self.expect(&Token::Comma)?;
                let operand = self.argument()?;
                Expr::Text { test: TextTest::Contains, operand, needle, wanted: true }
            }
            "startswith" | "endswith" => {
                let operand = self.argument()?;
                self.expect(&Token::Comma)?;
                let needle = self.text()?;
                let test = if name == "startswith" { TextTest::Starts } else { TextTest::Ends };
                Expr::Text { test, operand, needle, wanted: true }
            }
            _ => match name.rsplit_once('/') {
                Some((list, "any")) => return self.lambda(list, false),
                Some((list, "all")) => return self.lambda(list, true),
                _ if GAPS.contains(&name) => return Err(gap(name)),
                _ => return Err(QueryError::bad(format!("An unknown function with name '{name}' was found."))),
            },
        };
        self.expect(&Token::Close)?;
        self.answered(expr)
    }

    /// A function of text may be followed by `eq true` (myob.md 5).
    fn answered(&mut self, expr: Expr) -> Result<Expr, QueryError> {
        let reversed = match self.peek() {
            Some(Token::Word(word)) if word == "eq" => false,
            Some(Token::Word(word)) if word == "ne" => true,
            _ => return Ok(expr),
        };
        self.at += 1;
        match (self.next()?, expr) {
            (Token::Literal(Literal::Bool(said)), Expr::Text { test, operand, needle, .. }) => {
                Ok(Expr::Text { test, operand, needle, wanted: said != reversed })
            }
            (token, _) => Err(unexpected(&token)),
        }
    }

    fn argument(&mut self) -> Result<Operand, QueryError> {
        match self.next()? {
            Token::Word(word) => self.operand(word),
            token => Err(unexpected(&token)),
        }
    }

    fn text(&mut self) -> Result<String, QueryError> {
        match self.next()? {
            Token::Literal(Literal::Text(text)) => Ok(text),
            token => Err(unexpected(&token)),
        }
    }

    fn lambda(&mut self, list: &str, all: bool) -> Result<Expr, QueryError> {
        let list = self.checked(list)?;
        let Token::Word(variable) = self.next()? else {
            return Err(QueryError::bad("A lambda needs a variable, such as any(x: x/State eq 'Vic')."));
        };
        self.expect(&Token::Colon)?;
        self.variables.push(variable.clone());
        let body = Box::new(self.or()?);
        self.variables.pop();
        self.expect(&Token::Close)?;
        Ok(Expr::Lambda { list, all, variable, body })
    }
}

fn only(mut terms: Vec<Expr>, wrap: fn(Vec<Expr>) -> Expr) -> Expr {
    match terms.len() {
        1 => terms.remove(0),
        _ => wrap(terms),
    }
}

fn gap(word: &str) -> QueryError {
    QueryError::Gap(format!("'{word}' in a filter"))
}

fn unexpected(token: &Token) -> QueryError {
    let shown = match token {
        Token::Open => "(".to_owned(),
        Token::Close => ")".to_owned(),
        Token::Comma => ",".to_owned(),
        Token::Colon => ":".to_owned(),
        Token::Word(word) => word.clone(),
        Token::Literal(literal) => format!("{literal:?}"),
    };
    QueryError::bad(format!("Syntax error: '{shown}' is not expected there."))
}
