//! Where requests go: entities, paths and query parameters. Nothing is pasted into a URL: segments and values are encoded
//! by the `url` crate (R36).

use factory_accounting_core::capability::OrderForm;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_http::{Target, UnusableBase, below, read_target, target};
use http::Method;
use url::Url;

use crate::remote_id;

/// The version of answers that this crate reads. Lower ones are served as this one since August 2025 (qbo.md 2).
const MINOR_VERSION: &str = "75";

/// Entities of the Accounting API that this crate uses (qbo.md 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Entity {
    Customer,
    Vendor,
    Item,
    Estimate,
    Invoice,
    CreditMemo,
    PurchaseOrder,
    Bill,
    Payment,
    BillPayment,
    Purchase,
    VendorCredit,
    Account,
    TaxCode,
    TaxRate,
    Term,
    CompanyCurrency,
    CompanyInfo,
    Preferences,
    Attachable,
}

impl Entity {
    /// Every entity.
    pub(crate) const ALL: [Self; 20] = [
        Self::Customer,
        Self::Vendor,
        Self::Item,
        Self::Estimate,
        Self::Invoice,
        Self::CreditMemo,
        Self::PurchaseOrder,
        Self::Bill,
        Self::Payment,
        Self::BillPayment,
        Self::Purchase,
        Self::VendorCredit,
        Self::Account,
        Self::TaxCode,
        Self::TaxRate,
        Self::Term,
        Self::CompanyCurrency,
        Self::CompanyInfo,
        Self::Preferences,
        Self::Attachable,
    ];

    /// Name in queries and envelopes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Customer => "Customer",
            Self::Vendor => "Vendor",
            Self::Item => "Item",
            Self::Estimate => "Estimate",
            Self::Invoice => "Invoice",
            Self::CreditMemo => "CreditMemo",
            Self::PurchaseOrder => "PurchaseOrder",
            Self::Bill => "Bill",
            Self::Payment => "Payment",
            Self::BillPayment => "BillPayment",
            Self::Purchase => "Purchase",
            Self::VendorCredit => "VendorCredit",
            Self::Account => "Account",
            Self::TaxCode => "TaxCode",
            Self::TaxRate => "TaxRate",
            Self::Term => "Term",
            Self::CompanyCurrency => "CompanyCurrency",
            Self::CompanyInfo => "CompanyInfo",
            Self::Preferences => "Preferences",
            Self::Attachable => "Attachable",
        }
    }

    /// Name in paths: lower case, and paths tell cases apart (qbo.md 2).
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Vendor => "vendor",
            Self::Item => "item",
            Self::Estimate => "estimate",
            Self::Invoice => "invoice",
            Self::CreditMemo => "creditmemo",
            Self::PurchaseOrder => "purchaseorder",
            Self::Bill => "bill",
            Self::Payment => "payment",
            Self::BillPayment => "billpayment",
            Self::Purchase => "purchase",
            Self::VendorCredit => "vendorcredit",
            Self::Account => "account",
            Self::TaxCode => "taxcode",
            Self::TaxRate => "taxrate",
            Self::Term => "term",
            Self::CompanyCurrency => "companycurrency",
            Self::CompanyInfo => "companyinfo",
            Self::Preferences => "preferences",
            Self::Attachable => "attachable",
        }
    }

    /// The entity of a path segment.
    pub(crate) fn of_path(segment: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entity| entity.path() == segment)
    }

    /// The entity called so, in any case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entity| entity.name().eq_ignore_ascii_case(name))
    }

    /// The entity that holds a record, by its id where it has one; else by its kind, the form of an order, and the
    /// document that a payment settles. `None` for a kind that QuickBooks has no record for.
    pub(crate) fn of(kind: RecordKind, form: Option<OrderForm>, settles: Option<&RemoteId>) -> Option<Self> {
        match kind {
            // Sub-customers are jobs (qbo.md 5.3).
            RecordKind::Customer | RecordKind::Job => Some(Self::Customer),
            RecordKind::Supplier => Some(Self::Vendor),
            RecordKind::Product => Some(Self::Item),
            RecordKind::Quote => Some(Self::Estimate),
            // There is no sales order (qbo.md 5.12).
            RecordKind::Order if form.is_some_and(OrderForm::becomes_invoice) => Some(Self::Invoice),
            RecordKind::Order => Some(Self::Estimate),
            RecordKind::Invoice => Some(Self::Invoice),
            RecordKind::CreditNote => Some(Self::CreditMemo),
            RecordKind::PurchaseOrder => Some(Self::PurchaseOrder),
            RecordKind::Bill => Some(Self::Bill),
            RecordKind::Payment => match settles.and_then(remote_id::split) {
                Some((Self::Bill, _)) => Some(Self::BillPayment),
                _ => Some(Self::Payment),
            },
            // A payment over nothing that ties a credit memo to an invoice (qbo.md 5.15).
            RecordKind::Allocation => Some(Self::Payment),
            _ => None,
        }
    }

    /// Whether queries leave inactive rows out unless they are asked for (qbo.md 5.0).
    pub(crate) fn hides_inactive(self) -> bool {
        matches!(self, Self::Customer | Self::Vendor | Self::Item | Self::Account | Self::Term | Self::CompanyCurrency)
    }
}

/// A call of the Accounting API: method, path below the company, query parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) method: Method,
    segments: Vec<String>,
    query: Vec<(String, String)>,
}

impl Endpoint {
    fn new(method: Method, segment: &str) -> Self {
        Self {
            method,
            segments: vec![segment.to_owned()],
            query: vec![("minorversion".to_owned(), MINOR_VERSION.to_owned())],
        }
    }

    /// Reads an entity.
    pub(crate) fn get(entity: Entity) -> Self {
        Self::new(Method::GET, entity.path())
    }

    /// Creates, updates, voids or deletes: which of them is said by the body and by `operation` (qbo.md 2).
    pub(crate) fn post(entity: Entity) -> Self {
        Self::new(Method::POST, entity.path())
    }

    /// Writes several records in one call.
    pub(crate) fn batch() -> Self {
        Self::new(Method::POST, "batch")
    }

    /// Asks in the query language, in the URL or in the body.
    pub(crate) fn query(method: Method) -> Self {
        Self::new(method, "query")
    }

    /// Reads what has changed.
    pub(crate) fn changes() -> Self {
        Self::new(Method::GET, "cdc")
    }

    /// Takes files up.
    pub(crate) fn upload() -> Self {
        Self::new(Method::POST, "upload")
    }

    /// Gives the address of a file.
    pub(crate) fn download(attachable: &str) -> Self {
        Self::new(Method::GET, "download").at(attachable)
    }

    /// Appends a path segment.
    pub(crate) fn at(mut self, segment: &str) -> Self {
        self.segments.push(segment.to_owned());
        self
    }

    /// Adds a query parameter.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// Whether it writes several records.
    pub(crate) fn is_batch(&self) -> bool {
        self.segments.first().is_some_and(|segment| segment == "batch")
    }

    /// The entity that the path names.
    pub(crate) fn entity(&self) -> Option<Entity> {
        self.segments.first().and_then(|segment| Entity::of_path(segment))
    }

    /// The URL below a company.
    pub(crate) fn url(&self, company: &Url) -> Result<Url, UnusableBase> {
        below(company, &self.segments, &self.query)
    }

    /// As text that [`parse`](Self::parse) reads again: method and relative URL. It names neither host nor company, so that
    /// it outlives a change of the configuration.
    pub(crate) fn target(&self) -> String {
        target(&self.method, &self.segments, &self.query)
    }

    /// Reads the text of [`target`](Self::target).
    pub(crate) fn parse(target: &str) -> Option<Self> {
        let Target { method, segments, query } = read_target(target)?;
        Some(Self { method, segments, query })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_survives_as_text_with_its_key() {
        let endpoint = Endpoint::post(Entity::Invoice).with("operation", "void").with("requestid", "k&1 é'%");
        let target = endpoint.target();
        assert_eq!(target, "POST invoice?minorversion=75&operation=void&requestid=k%261+%C3%A9%27%25");
        let read = Endpoint::parse(&target).expect("a target");
        assert_eq!(read, endpoint);
        assert_eq!(read.entity(), Some(Entity::Invoice));
        for text in ["", "POST", "POST ", "POST a//b"] {
            assert_eq!(Endpoint::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_url_lies_below_its_company_and_always_names_the_version() {
        let company = Url::parse("http://localhost:9/v3/company/123/").expect("a base");
        let url = Endpoint::get(Entity::CompanyInfo).at("123").url(&company).expect("a URL");
        assert_eq!(url.as_str(), "http://localhost:9/v3/company/123/companyinfo/123?minorversion=75");
        assert!(Endpoint::batch().is_batch());
        assert_eq!(Endpoint::batch().url(&Url::parse("mailto:x@y.test").expect("a URL")), Err(UnusableBase));
    }

    #[test]
    fn orders_and_payments_find_their_entity() {
        let of = |kind, form, settles: Option<&str>| Entity::of(kind, form, settles.map(RemoteId::new).as_ref());
        assert_eq!(of(RecordKind::Order, Some(OrderForm::AcceptedQuote), None), Some(Entity::Estimate));
        assert_eq!(of(RecordKind::Order, Some(OrderForm::Invoice), None), Some(Entity::Invoice));
        assert_eq!(of(RecordKind::Payment, None, Some("invoice:1")), Some(Entity::Payment));
        assert_eq!(of(RecordKind::Payment, None, Some("bill:1")), Some(Entity::BillPayment));
        assert_eq!(of(RecordKind::Job, None, None), Some(Entity::Customer));
    }
}
