//! Questions in the part of OData that MYOB takes (myob.md 5), built from typed parts: no text of a record is ever pasted
//! into one (R36, X6).

use chrono::{NaiveDate, NaiveDateTime};
use factory_accounting_core::error::{ErrorKind, ProviderError};
use http::Method;

use crate::endpoint::Endpoint;
use crate::remote_id::Collection;

/// Most rows that MYOB gives at once (myob.md 5).
pub(crate) const PAGE: usize = 1_000;
/// Most conditions that are joined: addresses are to stay below two kilobytes (myob.md 2).
pub(crate) const CLAUSES: usize = 8;

/// Members that questions may name; each exists on the lists it is used with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Uid,
    Number,
    DisplayId,
    Description,
    CustomerPurchaseOrderNumber,
    SupplierInvoiceNumber,
    Customer,
    Supplier,
    Date,
    LastModified,
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::Uid => "UID",
            Self::Number => "Number",
            Self::DisplayId => "DisplayID",
            Self::Description => "Description",
            Self::CustomerPurchaseOrderNumber => "CustomerPurchaseOrderNumber",
            Self::SupplierInvoiceNumber => "SupplierInvoiceNumber",
            Self::Customer => "Customer/UID",
            Self::Supplier => "Supplier/UID",
            Self::Date => "Date",
            Self::LastModified => "LastModified",
        }
    }
}

/// A condition on rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    text: String,
    /// Holds alternatives: `and` binds closer than `or`.
    alternatives: bool,
}

impl Filter {
    /// The member is this text.
    pub(crate) fn is(field: Field, text: &str) -> Result<Self, ProviderError> {
        Ok(Self::one(format!("{} eq {}", field.name(), literal(text)?)))
    }

    /// The member begins with this text.
    pub(crate) fn starts_with(field: Field, text: &str) -> Result<Self, ProviderError> {
        Ok(Self::one(format!("startswith({},{}) eq true", field.name(), literal(text)?)))
    }

    /// The member is this UID.
    pub(crate) fn is_uid(field: Field, uid: &str) -> Result<Self, ProviderError> {
        match uuid::Uuid::try_parse(uid) {
            Ok(uid) => Ok(Self::one(format!("{} eq guid'{uid}'", field.name()))),
            Err(_) => Err(ProviderError::new(ErrorKind::Internal, format!("{uid:?} is no UID: link the record anew"))),
        }
    }

    /// The member is this day, at its midnight as every day is kept.
    pub(crate) fn on(field: Field, day: NaiveDate) -> Self {
        Self::one(format!("{} eq datetime'{day}T00:00:00'", field.name()))
    }

    /// The member is this time or later, by its whole second: of fractions in a question nothing is known (myob.md 5).
    pub(crate) fn since(field: Field, time: NaiveDateTime) -> Self {
        Self::one(format!("{} ge datetime'{}'", field.name(), time.format("%Y-%m-%dT%H:%M:%S")))
    }

    /// Both hold.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::one(format!("{} and {}", self.grouped(), other.grouped()))
    }

    /// One of them holds; `None` for none.
    pub(crate) fn any(filters: impl IntoIterator<Item = Self>) -> Option<Self> {
        filters.into_iter().reduce(|one, other| Self::either(one, Some(other)))
    }

    /// The one holds, or the other.
    pub(crate) fn either(one: Self, other: Option<Self>) -> Self {
        match other {
            Some(other) => Self { text: format!("{} or {}", one.text, other.text), alternatives: true },
            None => one,
        }
    }

    fn one(text: String) -> Self {
        Self { text, alternatives: false }
    }

    fn grouped(self) -> String {
        if self.alternatives { format!("({})", self.text) } else { self.text }
    }
}

/// A question for rows of a list, always in a known order: without one rows come twice or never (myob.md 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) path: &'static str,
    pub(crate) scope: Option<Collection>,
    filter: Option<Filter>,
    order: &'static str,
    skip: usize,
}

/// Lists that hold the documents of every layout, without their lines (myob.md 3.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Union {
    Quotes,
    Orders,
    Invoices,
    PurchaseOrders,
    Bills,
}

impl Union {
    pub(crate) fn wire(self) -> &'static str {
        match self {
            Self::Quotes => "Sale/Quote",
            Self::Orders => "Sale/Order",
            Self::Invoices => "Sale/Invoice",
            Self::PurchaseOrders => "Purchase/Order",
            Self::Bills => "Purchase/Bill",
        }
    }
}

impl Query {
    /// All rows of a collection, by UID: the one member that every row has and no two share.
    pub(crate) fn of(collection: Collection) -> Self {
        Self { path: collection.wire(), scope: Some(collection), filter: None, order: "UID", skip: 0 }
    }

    /// All rows of a union, by UID.
    pub(crate) fn over(union: Union) -> Self {
        Self { path: union.wire(), scope: None, filter: None, order: "UID", skip: 0 }
    }

    /// Only rows of which this holds.
    pub(crate) fn matching(mut self, filter: Filter) -> Self {
        self.filter = Some(match self.filter {
            Some(held) => held.and(filter),
            None => filter,
        });
        self
    }

    /// Oldest change first.
    pub(crate) fn by_change(mut self) -> Self {
        self.order = "LastModified";
        self
    }

    /// Without so many rows at the beginning.
    pub(crate) fn skipping(mut self, rows: usize) -> Self {
        self.skip = rows;
        self
    }

    /// The request.
    pub(crate) fn endpoint(&self) -> Endpoint {
        let mut endpoint = Endpoint::at(Method::GET, self.path).with("$orderby", self.order);
        if let Some(filter) = &self.filter {
            endpoint = endpoint.with("$filter", filter.text.as_str());
        }
        endpoint = endpoint.with("$top", PAGE.to_string());
        if self.skip > 0 {
            endpoint = endpoint.with("$skip", self.skip.to_string());
        }
        match self.scope {
            Some(collection) => endpoint.lean(collection),
            None => endpoint.without_uris(),
        }
    }
}

/// A text as OData quotes it: quotes are doubled. Control characters have no known spelling, and a question that misses
/// would pass for proof that nothing exists.
fn literal(text: &str) -> Result<String, ProviderError> {
    if text.chars().any(char::is_control) {
        let message = format!("{text:?} holds a control character, which MYOB cannot look for: remove it");
        return Err(ProviderError::new(ErrorKind::Unsupported, message));
    }
    Ok(format!("'{}'", text.replace('\'', "''")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;
    use crate::remote_id::Layout;

    const UID: &str = "3f6c0a52-1b7e-4d0a-9a57-0c2f6f3c9e11";

    fn parameters(query: &Query) -> Vec<String> {
        let base = Url::parse("http://myob.example/accountright/").expect("a base");
        let url = query.endpoint().url(&base, &base).expect("a URL");
        url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn a_question_is_made_of_its_parts_and_always_ordered() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");
        let ours = Filter::is_uid(Field::Customer, UID).expect("a UID").and(Filter::on(Field::Date, day));
        assert_eq!(
            parameters(&Query::of(Collection::CustomerPayment).matching(ours)),
            [
                "$orderby=UID".to_owned(),
                format!("$filter=Customer/UID eq guid'{UID}' and Date eq datetime'2026-11-21T00:00:00'"),
                "$top=1000".to_owned(),
            ]
        );
        let since = day.and_hms_milli_opt(10, 0, 0, 250).expect("a time");
        let changed = Query::over(Union::Invoices).matching(Filter::since(Field::LastModified, since)).by_change();
        assert_eq!(
            parameters(&changed.skipping(900)),
            [
                "$orderby=LastModified",
                "$filter=LastModified ge datetime'2026-11-21T10:00:00'",
                "$top=1000",
                "$skip=900",
                "generateUris=false"
            ]
        );
    }

    #[test]
    fn alternatives_stay_together_beside_a_condition() {
        let numbers = ["A-1", "A-2"].map(|number| Filter::is(Field::Number, number).expect("plain"));
        let any = Filter::any(numbers).expect("some").and(Filter::is_uid(Field::Supplier, UID).expect("a UID"));
        assert_eq!(any.text, format!("(Number eq 'A-1' or Number eq 'A-2') and Supplier/UID eq guid'{UID}'"));
        assert_eq!(Filter::any([]), None);
        let cut = Filter::starts_with(Field::SupplierInvoiceNumber, "0'9").expect("plain");
        assert_eq!(cut.text, "startswith(SupplierInvoiceNumber,'0''9') eq true");
        assert_eq!(Query::of(Collection::Bill(Layout::Item)).path, "Purchase/Bill/Item");
    }

    #[test]
    fn r36_a_text_that_cannot_be_quoted_makes_no_question() {
        for text in ["line\nbreak", "tab\tbed", "nul\0"] {
            let error = Filter::is(Field::Number, text).expect_err("a control character");
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(!error.to_string().contains('\n'));
        }
        assert!(Filter::is_uid(Field::Uid, "x' or true").is_err());
    }

    /// Reads the quoted texts of a filter as OData does; what stands outside of them comes first.
    fn scan(filter: &str) -> (String, Vec<String>) {
        let (mut outside, mut texts) = (String::new(), Vec::new());
        let mut characters = filter.chars().peekable();
        while let Some(character) = characters.next() {
            if character != '\'' {
                outside.push(character);
                continue;
            }
            let mut text = String::new();
            loop {
                match characters.next().expect("a quote is closed") {
                    '\'' if characters.next_if_eq(&'\'').is_some() => text.push('\''),
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
        fn x6_whatever_a_text_holds_it_stays_one_text_on_its_way(
            texts in proptest::collection::vec(r"[^\p{Cc}]{0,40}|('| or |&|\$filter=|%27|\+){1,8}".prop_filter(
                "control characters are refused",
                |text: &String| !text.chars().any(char::is_control),
            ), 1..6)
        ) {
            let filters = texts.iter().map(|text| Filter::is(Field::Number, text).expect("plain"));
            let query = Query::over(Union::Quotes).matching(Filter::any(filters).expect("some"));
            let sent = parameters(&query);
            prop_assert_eq!(sent.len(), 4);
            let (outside, read) = scan(sent[1].trim_start_matches("$filter="));
            prop_assert_eq!(&read, &texts);
            prop_assert_eq!(outside, vec!["Number eq "; texts.len()].join(" or "));
        }
    }
}
