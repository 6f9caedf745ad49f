//! The part of OData that list reads take: `$filter`, `$orderby`, `$top` and `$skip` (myob.md 5, 12.4).
//!
//! Rows stay what the books make of them: a row is looked at through [`Members`], and the books ask [`Query::pinned`]
//! which rows can match at all, so that a look-up by number or id never walks through a collection.

mod expr;
mod page;
mod parse;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use uuid::Uuid;

pub(crate) use expr::Literal;

use crate::myob::call::Reply;
use crate::myob::refusal;
use crate::myob::switches::{Switches, TopAboveMaximum};
use crate::target::value;
use expr::Expr;

/// Rows in a page that does not say how many (myob.md 5).
const DEFAULT_TOP: u32 = 400;

/// What a query sees of a row or of an object inside it.
pub(crate) trait Members<'a> {
    /// The member of this name, spelt exactly so; `None` when the type has no such property.
    fn member(&self, name: &str) -> Option<Seen<'a>>;
}

/// A value as a query sees it.
pub(crate) enum Seen<'a> {
    /// Absent or `null`.
    Null,
    /// True or false.
    Bool(bool),
    /// An amount, a quantity, a count.
    Number(Decimal),
    /// Text, and every enumeration.
    Text(Cow<'a, str>),
    /// An id.
    Guid(Uuid),
    /// A date or an instant, in the file's own time.
    Time(NaiveDateTime),
    /// A member that the emulator does not keep, by what it would take.
    Unkept(&'static str),
    /// A link or another object.
    Object(Box<dyn Members<'a> + 'a>),
    /// Lines, addresses and the like.
    List(Vec<Box<dyn Members<'a> + 'a>>),
}

/// What a collection's rows have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape<'a> {
    /// The type's name, such as `Invoice`.
    pub(crate) type_name: &'a str,
    /// The members at the top of a row.
    pub(crate) members: &'a [&'a str],
}

/// Why a query is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum QueryError {
    /// The service refuses it, too.
    Bad(String),
    /// The service may take it; the emulator does not.
    Gap(String),
}

impl QueryError {
    /// The answer: 400, or 501 for what is not modelled.
    pub(crate) fn reply(&self) -> Reply {
        match self {
            Self::Bad(message) => refusal::bad_query(message),
            Self::Gap(what) => refusal::not_modelled(what),
        }
    }

    fn bad(message: impl Into<String>) -> Self {
        Self::Bad(message.into())
    }

    /// A property that the type does not have (myob.md 12.4).
    fn unknown_property(name: &str, type_name: &str) -> Self {
        Self::Bad(format!("Could not find a property named '{name}' on type '{type_name}'."))
    }
}

/// One read of a list.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    filter: Option<Expr>,
    order: Vec<Order>,
    top: usize,
    skip: usize,
    /// What was sent besides the page itself, for the link to the next one.
    kept: Vec<(&'static str, String)>,
    type_name: String,
}

/// One key of `$orderby`.
#[derive(Clone, Debug)]
struct Order {
    path: Vec<String>,
    descending: bool,
}

impl Query {
    /// Reads the query parameters of a call. Names without `$` are none of OData's and are left to others.
    ///
    /// # Errors
    /// An option that is not taken, an expression that cannot be read, or a property that the type does not have.
    pub(crate) fn parse(
        parameters: &[(String, String)],
        shape: &Shape<'_>,
        switches: &Switches,
    ) -> Result<Self, QueryError> {
        const TAKEN: [&str; 4] = ["$filter", "$orderby", "$top", "$skip"];
        if let Some((other, _)) = parameters.iter().find(|(name, _)| name.starts_with('$') && !TAKEN.contains(&&**name))
        {
            return Err(QueryError::bad(format!("The query option '{other}' is not supported.")));
        }
        let given = |name: &'static str| value(parameters, name).map(str::trim).filter(|text| !text.is_empty());
        let filter = given("$filter").map(|text| parse::filter(text, shape)).transpose()?;
        let order = given("$orderby").map(|text| parse::order(text, shape)).transpose()?.unwrap_or_default();
        let number = |name| given(name).map(|text| natural(name, text)).transpose();
        let top = number("$top")?.unwrap_or(DEFAULT_TOP.min(switches.top_maximum));
        if top > switches.top_maximum && switches.top_above_maximum == TopAboveMaximum::Refused {
            let most = switches.top_maximum;
            return Err(QueryError::bad(format!("The limit of '{most}' for Top query has been exceeded.")));
        }
        let kept = ["$filter", "$orderby", "generateUris"]
            .into_iter()
            .filter_map(|name| Some((name, given(name)?.to_owned())));
        Ok(Self {
            filter,
            order,
            top: top.min(switches.top_maximum) as usize,
            skip: number("$skip")?.unwrap_or(0) as usize,
            kept: kept.collect(),
            type_name: shape.type_name.to_owned(),
        })
    }

    /// The values of which a member must have one for a row to match, if the filter says so: `Number`, `UID`,
    /// `Customer/UID`. Rows with another value need not be looked at.
    pub(crate) fn pinned(&self, path: &str) -> Option<Vec<&Literal>> {
        self.filter.as_ref()?.pinned(&path.split('/').collect::<Vec<_>>())
    }
}

fn natural(name: &str, text: &str) -> Result<u32, QueryError> {
    text.parse().map_err(|_| QueryError::bad(format!("Invalid value '{text}' for {name} query option found.")))
}
