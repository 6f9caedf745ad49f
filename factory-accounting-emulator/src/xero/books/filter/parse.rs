//! The parser of `where`, by recursive descent over characters.

use super::{Comparison, Filtered, Method, Node, Operand, Value};
use crate::xero::books::errors::Refusal;
use crate::xero::books::wire_in;
use chrono::NaiveDate;
use std::borrow::Cow;
use uuid::Uuid;

/// Nesting beyond this is refused, so that no query can exhaust the stack.
const DEEPEST: usize = 60;

pub(super) fn unknown<T: Filtered>(name: &str) -> Refusal {
    Refusal::query(format!("No property or field '{name}' exists in type '{}'", T::NAME))
}

pub(super) fn expression<T: Filtered>(text: &str) -> Result<Node<T>, Refusal> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let node = parser.any()?;
    parser.blank();
    if parser.at < text.len() {
        return Err(parser.syntax());
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn syntax(&self) -> Refusal {
        Refusal::query(format!("Syntax error at position {}", self.at))
    }

    fn blank(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Takes a symbol if it is next.
    fn take(&mut self, symbol: &str) -> bool {
        self.blank();
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len();
        }
        found
    }

    /// Takes a word in any case if it is next and ends there.
    fn word(&mut self, word: &str) -> bool {
        self.blank();
        let rest = self.rest();
        let found = rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
            && !rest[word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if found {
            self.at += word.len();
        }
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<(), Refusal> {
        if self.take(symbol) { Ok(()) } else { Err(self.syntax()) }
    }

    fn any<T: Filtered>(&mut self) -> Result<Node<T>, Refusal> {
        let mut parts = vec![self.all()?];
        while self.take("||") || self.word("OR") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Node::Any(parts) })
    }

    fn all<T: Filtered>(&mut self) -> Result<Node<T>, Refusal> {
        let mut parts = vec![self.unary()?];
        while self.take("&&") || self.word("AND") {
            parts.push(self.unary()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Node::All(parts) })
    }

    fn unary<T: Filtered>(&mut self) -> Result<Node<T>, Refusal> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.syntax());
        }
        let node = if self.take("!") {
            Node::Not(Box::new(self.unary()?))
        } else if self.take("(") {
            let inner = self.any()?;
            self.expect(")")?;
            inner
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn comparison<T: Filtered>(&mut self) -> Result<Node<T>, Refusal> {
        let (left, method) = self.operand()?;
        if let Some(method) = method {
            let argument = self.operand()?.0;
            self.expect(")")?;
            let call = Node::Call(left, method, argument);
            let wanted = match self.operator() {
                None => return Ok(call),
                Some(Comparison::Equal) => true,
                Some(Comparison::NotEqual) => false,
                Some(_) => return Err(self.syntax()),
            };
            let literal = match self.operand::<T>()? {
                (Operand::Literal(Value::Flag(literal)), None) => literal,
                _ => return Err(self.syntax()),
            };
            return Ok(if literal == wanted { call } else { Node::Not(Box::new(call)) });
        }
        match self.operator() {
            None => Ok(Node::Truth(left)),
            Some(comparison) => {
                let (right, method) = self.operand()?;
                if method.is_some() {
                    return Err(self.syntax());
                }
                Ok(Node::Compare(left, comparison, right))
            }
        }
    }

    /// Docs use `=` and `==` alike (xero.md 6).
    fn operator(&mut self) -> Option<Comparison> {
        for (symbol, comparison) in [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<>", Comparison::NotEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<=", Comparison::LessOrEqual),
            ("=", Comparison::Equal),
            (">", Comparison::Greater),
            ("<", Comparison::Less),
        ] {
            if self.take(symbol) {
                return Some(comparison);
            }
        }
        None
    }

    /// A literal or a field; a method whose argument is still to come is handed back.
    fn operand<T: Filtered>(&mut self) -> Result<(Operand<T>, Option<Method>), Refusal> {
        self.blank();
        let first = self.rest().chars().next().ok_or_else(|| self.syntax())?;
        if first == '"' {
            return Ok((Operand::Literal(Value::Text(Cow::Owned(self.string()?))), None));
        }
        if first.is_ascii_digit() || first == '-' {
            return Ok((Operand::Literal(self.number()?), None));
        }
        let name = self.identifier()?;
        let literal = match name.to_ascii_lowercase().as_str() {
            "true" => Value::Flag(true),
            "false" => Value::Flag(false),
            "null" => Value::Null,
            "guid" => self.guid()?,
            "datetime" => self.date_time()?,
            _ => return self.field(name),
        };
        Ok((Operand::Literal(literal), None))
    }

    fn field<T: Filtered>(&mut self, first: &str) -> Result<(Operand<T>, Option<Method>), Refusal> {
        let mut path = first.to_owned();
        let mut method = None;
        while self.take(".") {
            let name = self.identifier()?;
            if !self.take("(") {
                path.push('.');
                path.push_str(name);
                continue;
            }
            match name.to_ascii_lowercase().as_str() {
                // Comparison is without case anyway.
                "tolower" | "toupper" => self.expect(")")?,
                "contains" => method = Some(Method::Contains),
                "startswith" => method = Some(Method::StartsWith),
                "endswith" => method = Some(Method::EndsWith),
                _ => {
                    return Err(Refusal::query(format!("No applicable method '{name}' exists in type '{}'", T::NAME)));
                }
            }
            if method.is_some() {
                break;
            }
        }
        let lower = path.to_lowercase();
        let lower = lower.strip_suffix(".value").unwrap_or(&lower).to_owned();
        let field = T::field(&lower).ok_or_else(|| unknown::<T>(&path))?;
        Ok((Operand::Field(field, lower), method))
    }

    fn identifier(&mut self) -> Result<&'a str, Refusal> {
        self.blank();
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        if end == 0 {
            return Err(self.syntax());
        }
        self.at += end;
        Ok(&rest[..end])
    }

    fn string(&mut self) -> Result<String, Refusal> {
        self.expect("\"")?;
        let mut text = String::new();
        let mut characters = self.rest().char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.at += at + 1;
                    return Ok(text);
                }
                '\\' => match characters.next() {
                    Some((_, escaped)) => text.push(escaped),
                    None => return Err(self.syntax()),
                },
                other => text.push(other),
            }
        }
        Err(self.syntax())
    }

    fn number(&mut self) -> Result<Value<'static>, Refusal> {
        self.blank();
        let rest = self.rest();
        let end = rest
            .char_indices()
            .find(|(at, c)| !(c.is_ascii_digit() || *c == '.' || (*at == 0 && *c == '-')))
            .map_or(rest.len(), |(at, _)| at);
        let number = wire_in::decimal(&rest[..end]).ok_or_else(|| self.syntax())?;
        self.at += end;
        // A C# suffix such as 10.0M or 10m.
        if let Some('m' | 'M') = self.rest().chars().next() {
            self.at += 1;
        }
        Ok(Value::Number(number))
    }

    fn guid(&mut self) -> Result<Value<'static>, Refusal> {
        // `Guid.Parse("..")` is the older spelling.
        if self.take(".") {
            self.identifier()?;
        }
        self.expect("(")?;
        self.blank();
        let text = self.string()?;
        self.expect(")")?;
        Uuid::parse_str(text.trim()).map(Value::Id).map_err(|_| Refusal::query(format!("'{text}' is not a Guid")))
    }

    fn date_time(&mut self) -> Result<Value<'static>, Refusal> {
        if self.take(".") {
            self.identifier()?;
            self.expect("(")?;
            self.blank();
            let text = self.string()?;
            self.expect(")")?;
            return wire_in::date(&text).map(Value::Day).ok_or_else(|| self.syntax());
        }
        self.expect("(")?;
        let mut parts = Vec::new();
        loop {
            let part = match self.number()? {
                Value::Number(part) => part.to_string().parse::<u32>().map_err(|_| self.syntax())?,
                _ => return Err(self.syntax()),
            };
            parts.push(part);
            if !self.take(",") {
                break;
            }
        }
        self.expect(")")?;
        let part = |at: usize| parts.get(at).copied().unwrap_or(0);
        let moment = i32::try_from(part(0))
            .ok()
            .filter(|_| matches!(parts.len(), 3 | 6 | 7))
            .and_then(|year| NaiveDate::from_ymd_opt(year, part(1), part(2)))
            .and_then(|day| day.and_hms_opt(part(3), part(4), part(5)))
            .ok_or_else(|| self.syntax())?;
        Ok(Value::Moment(moment.and_utc()))
    }
}
