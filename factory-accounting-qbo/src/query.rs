//! Questions in QuickBooks' query language (qbo.md 6), built from typed parts: no text of a record is ever pasted into a
//! statement (R36, X6).

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use factory_accounting_core::error::{ErrorKind, ProviderError};

use crate::endpoint::Entity;
use crate::wire::date::instant_text;

/// Rows of a full page: the most that QuickBooks gives.
pub(crate) const PAGE: usize = 1_000;

/// Properties that questions may name; each can be filtered by on the entities it is used with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Property {
    Id,
    DisplayName,
    Sku,
    DocNumber,
    PaymentRefNum,
    CustomerRef,
    TxnDate,
    Job,
    LastUpdated,
    AttachedType,
    AttachedTo,
}

impl Property {
    fn name(self) -> &'static str {
        match self {
            Self::Id => "Id",
            Self::DisplayName => "DisplayName",
            Self::Sku => "Sku",
            Self::DocNumber => "DocNumber",
            Self::PaymentRefNum => "PaymentRefNum",
            Self::CustomerRef => "CustomerRef",
            Self::TxnDate => "TxnDate",
            Self::Job => "Job",
            Self::LastUpdated => "MetaData.LastUpdatedTime",
            Self::AttachedType => "AttachableRef.EntityRef.Type",
            Self::AttachedTo => "AttachableRef.EntityRef.value",
        }
    }
}

/// A question for rows of an entity, inactive ones included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) entity: Entity,
    conditions: Vec<String>,
    by_change: bool,
    start: usize,
}

impl Query {
    /// All rows, inactive ones included: QuickBooks hides those unless they are asked for (qbo.md 5.0).
    pub(crate) fn of(entity: Entity) -> Self {
        let conditions = if entity.hides_inactive() { vec!["Active IN (true, false)".to_owned()] } else { Vec::new() };
        Self { entity, conditions, by_change: false, start: 1 }
    }

    /// Only rows whose property is this text.
    pub(crate) fn is(mut self, property: Property, text: &str) -> Result<Self, ProviderError> {
        self.conditions.push(format!("{} = {}", property.name(), literal(text)?));
        Ok(self)
    }

    /// Only rows whose property is one of these texts.
    pub(crate) fn one_of<'a>(
        mut self,
        property: Property,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ProviderError> {
        let literals = texts.into_iter().map(literal).collect::<Result<Vec<_>, _>>()?;
        self.conditions.push(format!("{} IN ({})", property.name(), literals.join(", ")));
        Ok(self)
    }

    /// Only rows of this day.
    pub(crate) fn on(mut self, day: NaiveDate) -> Self {
        self.conditions.push(format!("{} = '{day}'", Property::TxnDate.name()));
        self
    }

    /// Only rows of this truth.
    pub(crate) fn flagged(mut self, property: Property, value: bool) -> Self {
        self.conditions.push(format!("{} = {value}", property.name()));
        self
    }

    /// Only rows changed at this instant or later.
    pub(crate) fn changed_since(mut self, instant: Option<DateTime<Utc>>) -> Self {
        if let Some(instant) = instant {
            self.conditions.push(format!("{} >= '{}'", Property::LastUpdated.name(), instant_text(instant)));
        }
        self
    }

    /// Oldest change first; else by id.
    pub(crate) fn by_change(mut self) -> Self {
        self.by_change = true;
        self
    }

    /// From a page on, counting from 1.
    pub(crate) fn page(mut self, page: u32) -> Self {
        let before = usize::try_from(page.saturating_sub(1)).unwrap_or(usize::MAX);
        self.start = before.saturating_mul(PAGE).saturating_add(1);
        self
    }

    /// The statement.
    pub(crate) fn statement(&self) -> String {
        // Items tell their stock keeping unit only when asked for it by name (qbo.md 5.5).
        let columns = if self.entity == Entity::Item { "*, Sku" } else { "*" };
        let mut statement = format!("SELECT {columns} FROM {}", self.entity.name());
        for (at, condition) in self.conditions.iter().enumerate() {
            let word = if at == 0 { "WHERE" } else { "AND" };
            // Writing to a text cannot fail.
            let _ = write!(statement, " {word} {condition}");
        }
        if self.by_change {
            let _ = write!(statement, " ORDERBY {} ASC", Property::LastUpdated.name());
        }
        let _ = write!(statement, " STARTPOSITION {} MAXRESULTS {PAGE}", self.start);
        statement
    }
}

/// A text as the language quotes it: backslash before quote and backslash; doubling the quote is refused (qbo.md 6). Control
/// characters have no known spelling, and a question that misses would pass for proof that nothing exists.
fn literal(text: &str) -> Result<String, ProviderError> {
    if text.chars().any(char::is_control) {
        let message = format!("{text:?} holds a control character, which QuickBooks cannot look for: remove it");
        return Err(ProviderError::new(ErrorKind::Unsupported, message));
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for character in text.chars() {
        if matches!(character, '\'' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('\'');
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_statement_is_made_of_its_parts() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date");
        let query = Query::of(Entity::Invoice).is(Property::CustomerRef, "62").expect("plain").on(day).page(3);
        assert_eq!(
            query.statement(),
            "SELECT * FROM Invoice WHERE CustomerRef = '62' AND TxnDate = '2026-11-21' STARTPOSITION 2001 MAXRESULTS 1000"
        );
        let since = "2026-11-20T08:00:00Z".parse().expect("an instant");
        let query = Query::of(Entity::Customer).flagged(Property::Job, true).changed_since(Some(since)).by_change();
        assert_eq!(
            query.statement(),
            "SELECT * FROM Customer WHERE Active IN (true, false) AND Job = true \
             AND MetaData.LastUpdatedTime >= '2026-11-20T08:00:00Z' ORDERBY MetaData.LastUpdatedTime ASC \
             STARTPOSITION 1 MAXRESULTS 1000"
        );
        assert!(Query::of(Entity::Item).statement().starts_with("SELECT *, Sku FROM Item WHERE"));
    }

    #[test]
    fn x6_quotes_and_backslashes_are_escaped_and_never_doubled() {
        let names = ["Adam's Candy Shop", r"C:\Parts", r"\'", "Jürgen \u{2019} 100%"];
        let query = Query::of(Entity::Vendor).one_of(Property::DisplayName, names).expect("plain");
        assert!(
            query.statement().contains(r"DisplayName IN ('Adam\'s Candy Shop', 'C:\\Parts', '\\\'', 'Jürgen ’ 100%')"),
            "{}",
            query.statement()
        );
    }

    #[test]
    fn r36_a_text_that_cannot_be_quoted_makes_no_question() {
        for text in ["line\nbreak", "tab\tbed", "nul\0"] {
            let error = Query::of(Entity::Invoice).is(Property::DocNumber, text).expect_err("a control character");
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(!error.to_string().contains('\n'));
        }
    }

    /// Reads the quoted texts of a statement as QuickBooks' scanner does; what stands outside of them comes first.
    fn scan(statement: &str) -> (String, Vec<String>) {
        let (mut outside, mut texts) = (String::new(), Vec::new());
        let mut characters = statement.chars();
        while let Some(character) = characters.next() {
            if character != '\'' {
                outside.push(character);
                continue;
            }
            let mut text = String::new();
            loop {
                match characters.next().expect("a quote is closed") {
                    '\\' => text.push(characters.next().expect("a backslash escapes something")),
                    '\'' => break,
                    other => text.push(other),
                }
            }
            texts.push(text);
        }
        (outside, texts)
    }

    proptest! {
        #[test]
        fn x6_whatever_a_text_holds_it_stays_one_text(
            texts in proptest::collection::vec(r"[^\p{Cc}]{0,40}|.*'.*|(\\|'|%| OR )*".prop_filter(
                "control characters are refused",
                |text: &String| !text.chars().any(char::is_control),
            ), 1..6)
        ) {
            let query = Query::of(Entity::Bill).one_of(Property::DocNumber, texts.iter().map(String::as_str)).expect("plain");
            let (outside, read) = scan(&query.statement());
            prop_assert_eq!(&read, &texts);
            let commas = vec![""; texts.len()].join(", ");
            prop_assert_eq!(outside, format!("SELECT * FROM Bill WHERE DocNumber IN ({commas}) STARTPOSITION 1 MAXRESULTS 1000"));
        }
    }
}
