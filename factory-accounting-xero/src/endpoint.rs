//! Where requests go: typed resources, paths, queries and filters. Nothing is pasted into a URL or a filter; segments and
//! values are encoded by the `url` crate, and filter values that cannot be quoted are refused (R36).

use chrono::{Datelike, NaiveDate};
use factory_accounting_core::model::RecordKind;
use factory_accounting_http::{Target, UnusableBase, below, read_target, target};
use http::Method;
use url::Url;
use uuid::Uuid;

/// Resources of the Accounting API that this crate uses (xero.md 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    Contacts,
    Items,
    Quotes,
    Invoices,
    CreditNotes,
    PurchaseOrders,
    Payments,
    Allocations,
    Accounts,
    TaxRates,
    Currencies,
    TrackingCategories,
    Organisation,
    Attachments,
}

impl Resource {
    /// The resource that holds records of a kind; `None` for a kind that Xero has no record for.
    pub(crate) fn of(kind: RecordKind) -> Option<Self> {
        match kind {
            RecordKind::Customer | RecordKind::Supplier => Some(Self::Contacts),
            RecordKind::Product => Some(Self::Items),
            RecordKind::Quote => Some(Self::Quotes),
            // Xero has no sales order: an order is a draft invoice (xero.md 4.7).
            RecordKind::Order | RecordKind::Invoice | RecordKind::Bill => Some(Self::Invoices),
            RecordKind::CreditNote => Some(Self::CreditNotes),
            RecordKind::PurchaseOrder => Some(Self::PurchaseOrders),
            RecordKind::Payment => Some(Self::Payments),
            RecordKind::Allocation => Some(Self::Allocations),
            _ => None,
        }
    }

    /// Name in paths and in the envelope.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Contacts => "Contacts",
            Self::Items => "Items",
            Self::Quotes => "Quotes",
            Self::Invoices => "Invoices",
            Self::CreditNotes => "CreditNotes",
            Self::PurchaseOrders => "PurchaseOrders",
            Self::Payments => "Payments",
            Self::Allocations => "Allocations",
            Self::Accounts => "Accounts",
            Self::TaxRates => "TaxRates",
            Self::Currencies => "Currencies",
            Self::TrackingCategories => "TrackingCategories",
            Self::Organisation => "Organisation",
            Self::Attachments => "Attachments",
        }
    }

    /// Name in the envelope: the organisation's differs from its path.
    pub(crate) fn envelope_key(self) -> &'static str {
        if self == Self::Organisation { "Organisations" } else { self.key() }
    }

    /// Member that holds the id.
    pub(crate) fn id_member(self) -> &'static str {
        match self {
            Self::Contacts => "ContactID",
            Self::Items => "ItemID",
            Self::Quotes => "QuoteID",
            Self::Invoices => "InvoiceID",
            Self::CreditNotes => "CreditNoteID",
            Self::PurchaseOrders => "PurchaseOrderID",
            Self::Payments => "PaymentID",
            Self::Allocations => "AllocationID",
            Self::Accounts => "AccountID",
            Self::TaxRates => "TaxType",
            Self::Currencies => "Code",
            Self::TrackingCategories => "TrackingCategoryID",
            Self::Organisation => "OrganisationID",
            Self::Attachments => "AttachmentID",
        }
    }

    /// Member that holds the number, code or external key by which a record is recognised.
    pub(crate) fn number_member(self) -> &'static str {
        match self {
            Self::Contacts => "ContactNumber",
            Self::Quotes => "QuoteNumber",
            Self::Invoices => "InvoiceNumber",
            Self::CreditNotes => "CreditNoteNumber",
            Self::PurchaseOrders => "PurchaseOrderNumber",
            Self::Payments => "Reference",
            _ => "Code",
        }
    }

    /// Member that holds due date, expiry or delivery date.
    pub(crate) fn due_member(self) -> &'static str {
        match self {
            Self::Quotes => "ExpiryDate",
            Self::PurchaseOrders => "DeliveryDate",
            _ => "DueDate",
        }
    }

    /// Whether reads and writes take `unitdp`; without it unit prices are cut to two decimals (xero.md 6, 10.14). Quotes
    /// and purchase orders keep four without asking.
    pub(crate) fn takes_unit_decimals(self) -> bool {
        matches!(self, Self::Invoices | Self::CreditNotes | Self::Items)
    }

    /// Rows of a full page: the most that Xero gives; quotes know no page size (xero.md 6).
    pub(crate) fn page_size(self) -> usize {
        if self == Self::Quotes { 100 } else { 1_000 }
    }
}

/// A call of the Accounting API: method, path below the base, query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    segments: Vec<String>,
    query: Vec<(String, String)>,
}

impl Endpoint {
    fn new(method: Method, resource: Resource) -> Self {
        Self { method, segments: vec![resource.key().to_owned()], query: Vec::new() }
    }

    /// Reads.
    pub(crate) fn get(resource: Resource) -> Self {
        Self::new(Method::GET, resource)
    }

    /// Creates: PUT refuses what exists, POST would update it (xero.md 10.4).
    pub(crate) fn put(resource: Resource) -> Self {
        Self::new(Method::PUT, resource)
    }

    /// Updates.
    pub(crate) fn post(resource: Resource) -> Self {
        Self::new(Method::POST, resource)
    }

    /// Deletes.
    pub(crate) fn delete(resource: Resource) -> Self {
        Self::new(Method::DELETE, resource)
    }

    /// Appends a path segment.
    pub(crate) fn at(mut self, segment: &str) -> Self {
        self.segments.push(segment.to_owned());
        self
    }

    /// Appends the name of a resource below a record.
    pub(crate) fn below(self, resource: Resource) -> Self {
        self.at(resource.key())
    }

    /// Adds a query parameter.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// Asks for unit prices of four decimals where the resource takes that.
    pub(crate) fn with_unit_decimals(self, resource: Resource) -> Self {
        if resource.takes_unit_decimals() { self.with("unitdp", "4") } else { self }
    }

    /// Asks for a page in full detail. Quotes do not take a page size.
    pub(crate) fn with_page(self, resource: Resource, page: u32) -> Self {
        let paged = self.with("page", page.to_string());
        if resource == Resource::Quotes { paged } else { paged.with("pageSize", resource.page_size().to_string()) }
    }

    /// Adds a filter.
    pub(crate) fn with_filter(self, filter: Filter) -> Self {
        self.with("where", filter.0)
    }

    /// The URL below a base.
    pub(crate) fn url(&self, base: &Url) -> Result<Url, UnusableBase> {
        below(base, &self.segments, &self.query)
    }

    /// As text that [`parse`](Self::parse) reads again: method and relative URL. It names no host, so that it outlives a
    /// change of the configuration.
    pub(crate) fn target(&self) -> String {
        target(&self.method, &self.segments, &self.query)
    }

    /// Reads the text of [`target`](Self::target).
    pub(crate) fn parse(target: &str) -> Option<Self> {
        let Target { method, segments, query } = read_target(target)?;
        Some(Self { method, segments, query })
    }

    /// A path segment by position.
    pub(crate) fn segment(&self, at: usize) -> Option<&str> {
        self.segments.get(at).map(String::as_str)
    }
}

/// Fields that filters may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Code,
    ContactNumber,
    Name,
    InvoiceNumber,
    CreditNoteNumber,
    Reference,
    Date,
    ItemId,
    CreditNoteId,
    PaymentId,
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::Code => "Code",
            Self::ContactNumber => "ContactNumber",
            Self::Name => "Name",
            Self::InvoiceNumber => "InvoiceNumber",
            Self::CreditNoteNumber => "CreditNoteNumber",
            Self::Reference => "Reference",
            Self::Date => "Date",
            Self::ItemId => "ItemID",
            Self::CreditNoteId => "CreditNoteID",
            Self::PaymentId => "PaymentID",
        }
    }
}

/// A `where` expression (xero.md 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter(String);

impl Filter {
    /// `field == "value"`. `None` for a value with a quote, a backslash or a control character: how Xero unescapes those
    /// is not known, and a filter that misses would pass for proof that nothing exists.
    pub(crate) fn text(field: Field, value: &str) -> Option<Self> {
        let plain = !value.chars().any(|c| matches!(c, '"' | '\\') || c.is_control());
        plain.then(|| Self(format!("{}==\"{value}\"", field.name())))
    }

    /// `field == Guid("..")`.
    pub(crate) fn guid(field: Field, id: Uuid) -> Self {
        Self(format!("{}==Guid(\"{id}\")", field.name()))
    }

    /// `field == DateTime(y, m, d)`.
    pub(crate) fn date(field: Field, date: NaiveDate) -> Self {
        Self(format!("{}==DateTime({}, {}, {})", field.name(), date.year(), date.month(), date.day()))
    }

    /// Either of them. `None` without any.
    pub(crate) fn any(filters: Vec<Self>) -> Option<Self> {
        filters.into_iter().reduce(|left, right| Self(format!("{} OR {}", left.0, right.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_survives_as_text_whatever_its_parts_hold() {
        let endpoint = Endpoint::put(Resource::CreditNotes)
            .at("a/b c+d%&=é")
            .below(Resource::Allocations)
            .with("summarizeErrors", "false")
            .with("where", "Name==\"O'Brien & Söhne\"");
        assert_eq!(Endpoint::parse(&endpoint.target()), Some(endpoint.clone()));
        assert_eq!(endpoint.segment(1), Some("a/b c+d%&=é"));
        assert!(
            endpoint.target().starts_with("PUT CreditNotes/a%2Fb%20c+d%25&=%C3%A9/Allocations?summarizeErrors=false&")
        );
        assert_eq!(Endpoint::parse("PUT"), None);
    }

    #[test]
    fn a_url_keeps_the_path_of_its_base() {
        let endpoint = Endpoint::get(Resource::Invoices).with_page(Resource::Invoices, 2);
        for base in ["http://localhost:9/api.xro/2.0", "http://localhost:9/api.xro/2.0/"] {
            let url = endpoint.url(&Url::parse(base).expect("a base")).expect("a URL");
            assert_eq!(url.as_str(), "http://localhost:9/api.xro/2.0/Invoices?page=2&pageSize=1000");
        }
        assert_eq!(endpoint.url(&Url::parse("mailto:x@y.test").expect("a URL")), Err(UnusableBase));
    }

    #[test]
    fn r36_a_value_that_cannot_be_quoted_makes_no_filter() {
        let filter = Filter::text(Field::Reference, "O'Brien").expect("plain");
        assert_eq!(filter, Filter("Reference==\"O'Brien\"".to_owned()));
        for value in ["6\" pipe", "a\\b", "line\nbreak"] {
            assert_eq!(Filter::text(Field::Reference, value), None, "{value}");
        }
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a date");
        let either = Filter::any(vec![filter, Filter::date(Field::Date, day)]).expect("two filters");
        assert_eq!(either.0, "Reference==\"O'Brien\" OR Date==DateTime(2026, 11, 21)");
    }
}
