//! Filters as trees, and what they say of a row.

use std::cmp::Ordering;

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Members, QueryError, Seen};

/// A condition.
#[derive(Clone, Debug)]
pub(super) enum Expr {
    And(Vec<Expr>),
    Or(Vec<Expr>),
    /// A member against a value.
    Compare {
        operand: Operand,
        operator: Operator,
        literal: Literal,
    },
    /// `substringof`, `startswith` or `endswith`, or its opposite where `eq false` follows.
    Text {
        test: TextTest,
        operand: Operand,
        needle: String,
        wanted: bool,
    },
    /// `Lines/any(x: ...)` or `all`.
    Lambda {
        list: Vec<String>,
        all: bool,
        variable: String,
        body: Box<Expr>,
    },
}

/// What stands where a value is looked up.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    pub(super) path: Vec<String>,
    /// Inside `tolower(...)`.
    pub(super) lower: bool,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// A test of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextTest {
    Contains,
    Starts,
    Ends,
}

/// A value as a filter writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// `12.5`
    Number(Decimal),
    /// `'text'`
    Text(String),
    /// `guid'...'`
    Guid(Uuid),
    /// `datetime'...'`, in the file's own time
    Time(NaiveDateTime),
}

impl Literal {
    /// The text of a text literal.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The id of an id literal.
    pub(crate) fn guid(&self) -> Option<Uuid> {
        match self {
            Self::Guid(id) => Some(*id),
            _ => None,
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "Null",
            Self::Bool(_) => "Edm.Boolean",
            Self::Number(_) => "Edm.Decimal",
            Self::Text(_) => "Edm.String",
            Self::Guid(_) => "Edm.Guid",
            Self::Time(_) => "Edm.DateTime",
        }
    }
}

impl Seen<'_> {
    fn type_name(&self) -> &'static str {
        match self {
            Self::Null | Self::Unkept(_) => "Null",
            Self::Bool(_) => "Edm.Boolean",
            Self::Number(_) => "Edm.Decimal",
            Self::Text(_) => "Edm.String",
            Self::Guid(_) => "Edm.Guid",
            Self::Time(_) => "Edm.DateTime",
            Self::Object(_) => "Complex",
            Self::List(_) => "Collection",
        }
    }

    /// Null stands before everything; values of different types have no order.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, Self::Null) => Some(Ordering::Equal),
            (Self::Null, _) => Some(Ordering::Less),
            (_, Self::Null) => Some(Ordering::Greater),
            (Self::Bool(one), Self::Bool(other)) => Some(one.cmp(other)),
            (Self::Number(one), Self::Number(other)) => Some(one.cmp(other)),
            (Self::Text(one), Self::Text(other)) => Some(one.cmp(other)),
            (Self::Guid(one), Self::Guid(other)) => Some(one.cmp(other)),
            (Self::Time(one), Self::Time(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }
}

/// What names in a filter mean: members of the row, or the elements that lambdas look at. `'a` is the books' lifetime.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'a> {
    row: &'s dyn Members<'a>,
    type_name: &'s str,
    inner: Option<&'s Bound<'s, 'a>>,
}

/// One lambda's variable.
struct Bound<'s, 'a> {
    variable: &'s str,
    element: &'s dyn Members<'a>,
    outer: Option<&'s Bound<'s, 'a>>,
}

impl<'s, 'a> Scope<'s, 'a> {
    pub(super) fn of(row: &'s dyn Members<'a>, type_name: &'s str) -> Self {
        Self { row, type_name, inner: None }
    }

    /// The value at a path; a path through `null` ends there.
    pub(super) fn look(&self, path: &[String]) -> Result<Seen<'a>, QueryError> {
        let Some((head, rest)) = path.split_first() else { return Ok(Seen::Null) };
        let (mut owner, mut at) = (self.row, (self.type_name, head, rest));
        if let (Some(element), Some((name, further))) = (self.bound(head), rest.split_first()) {
            (owner, at) = (element, (head.as_str(), name, further));
        }
        let (type_name, mut name, mut rest) = at;
        let unknown = |name: &str, type_name: &str| QueryError::unknown_property(name, type_name);
        let mut seen = owner.member(name).ok_or_else(|| unknown(name, type_name))?;
        while let Some((next, further)) = rest.split_first() {
            seen = match seen {
                Seen::Null => return Ok(Seen::Null),
                Seen::Object(members) => members.member(next).ok_or_else(|| unknown(next, name))?,
                _ => return Err(unknown(next, name)),
            };
            (name, rest) = (next, further);
        }
        match seen {
            Seen::Unkept(what) => Err(QueryError::Gap(format!("{what} ({})", path.join("/")))),
            seen => Ok(seen),
        }
    }

    fn bound(&self, name: &str) -> Option<&'s dyn Members<'a>> {
        let mut at = self.inner;
        while let Some(bound) = at {
            if bound.variable == name {
                return Some(bound.element);
            }
            at = bound.outer;
        }
        None
    }
}

impl Expr {
    /// Whether the row is one.
    pub(super) fn holds(&self, scope: Scope<'_, '_>) -> Result<bool, QueryError> {
        match self {
            Self::And(terms) => {
                for term in terms {
                    if !term.holds(scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Or(terms) => {
                for term in terms {
                    if term.holds(scope)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Compare { operand, operator, literal } => {
                let seen = scope.look(&operand.path)?;
                compare(&lowered(seen, operand.lower), *operator, literal)
            }
            Self::Text { test, operand, needle, wanted } => {
                let seen = lowered(scope.look(&operand.path)?, operand.lower);
                let found = match &seen {
                    // What is not there is neither found nor missed.
                    Seen::Null => return Ok(false),
                    Seen::Text(text) => match test {
                        TextTest::Contains => text.contains(needle.as_str()),
                        TextTest::Starts => text.starts_with(needle.as_str()),
                        TextTest::Ends => text.ends_with(needle.as_str()),
                    },
                    other => return Err(mismatch(other.type_name(), "Edm.String")),
                };
                Ok(found == *wanted)
            }
            Self::Lambda { list, all, variable, body } => {
                let elements = match scope.look(list)? {
                    Seen::Null => Vec::new(),
                    Seen::List(elements) => elements,
                    other => return Err(mismatch(other.type_name(), "Collection")),
                };
                for element in elements {
                    let bound = Bound { variable, element: element.as_ref(), outer: scope.inner };
                    if body.holds(Scope { inner: Some(&bound), ..scope })? != *all {
                        return Ok(!*all);
                    }
                }
                Ok(*all)
            }
        }
    }

    /// The values of which the member at `path` must have one.
    pub(super) fn pinned(&self, path: &[&str]) -> Option<Vec<&Literal>> {
        match self {
            Self::Compare { operand, operator: Operator::Eq, literal } => {
                let same = !operand.lower && operand.path.iter().map(String::as_str).eq(path.iter().copied());
                same.then(|| vec![literal])
            }
            Self::And(terms) => terms.iter().find_map(|term| term.pinned(path)),
            Self::Or(terms) => {
                let all: Option<Vec<_>> = terms.iter().map(|term| term.pinned(path)).collect();
                all.map(|all| all.into_iter().flatten().collect())
            }
            _ => None,
        }
    }
}

fn lowered(seen: Seen<'_>, lower: bool) -> Seen<'_> {
    match seen {
        Seen::Text(text) if lower => Seen::Text(text.to_lowercase().into()),
        seen => seen,
    }
}

/// `null` equals `null` alone and has no order (myob.md 12.4).
fn compare(seen: &Seen<'_>, operator: Operator, literal: &Literal) -> Result<bool, QueryError> {
    let is_null = matches!(seen, Seen::Null);
    if *literal == Literal::Null {
        return Ok(match operator {
            Operator::Eq => is_null,
            Operator::Ne => !is_null,
            _ => false,
        });
    }
    if is_null {
        return Ok(false);
    }
    let ordering = match (seen, literal) {
        (Seen::Bool(seen), Literal::Bool(wanted)) => seen.cmp(wanted),
        (Seen::Number(seen), Literal::Number(wanted)) => seen.cmp(wanted),
        (Seen::Text(seen), Literal::Text(wanted)) => (**seen).cmp(wanted),
        (Seen::Guid(seen), Literal::Guid(wanted)) => seen.cmp(wanted),
        (Seen::Time(seen), Literal::Time(wanted)) => seen.cmp(wanted),
        _ => return Err(mismatch(seen.type_name(), literal.type_name())),
    };
    Ok(match operator {
        Operator::Eq => ordering.is_eq(),
        Operator::Ne => ordering.is_ne(),
        Operator::Gt => ordering.is_gt(),
        Operator::Ge => ordering.is_ge(),
        Operator::Lt => ordering.is_lt(),
        Operator::Le => ordering.is_le(),
    })
}

fn mismatch(one: &str, other: &str) -> QueryError {
    QueryError::bad(format!(
        "A binary operator with incompatible types was detected. Found operand types '{one}' and '{other}'."
    ))
}
