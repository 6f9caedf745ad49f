//! Documents with lines: quotes, orders, invoices, credit notes, purchase orders and bills.
//!
//! - A document lies in the layout of its lines: by items where they name items, by accounts where they do not
//!   (myob.md 3.4). It keeps its layout for good.
//! - A credit note is an invoice below zero (myob.md 3.6).
//! - Prices contain tax, always, so that the total is the host's to the cent (myob.md 7).
//! - An update replaces the whole document (myob.md 4): it is the one just read, with what is ours laid over it. Comment,
//!   salesperson, category, delivery, shipping and custom fields stay as people have left them, and so do the terms of
//!   payment unless the host says when the document is due.
//! - A quote's expiry has no place in MYOB, and nothing falls due on a credit note.

use factory_accounting_core::code::Code;
use factory_accounting_core::error::{ErrorKind, Issue, ProviderError};
use factory_accounting_core::model::{QuoteStage, RecordKind, TaxMode};
use factory_accounting_core::planned::{Changes, PlannedDocument, TargetStatus};
use factory_accounting_core::provider::RemoteRecord;
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;

use super::{MYOB, carry, category, delivery, filled, line, named, unwritable};
use crate::capability::{DOCUMENT_NUMBER, LINE_TEXT, REFERENCE, SUPPLIER_NUMBER};
use crate::config::MyobConfig;
use crate::remote_id::{self, Collection, Layout};
use crate::wire::members::Members;
use crate::wire::write::document::DocumentWrite;
use crate::wire::write::{Day, LinkWrite, TermsWrite};

/// The form that a document is written on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form<'a> {
    /// Kind of the host's record.
    pub(crate) kind: RecordKind,
    /// Where it lies.
    pub(crate) collection: Collection,
    /// By what its lines post: one of the two layouts that are written.
    pub(crate) layout: Layout,
    config: &'a MyobConfig,
}

impl<'a> Form<'a> {
    /// The form of a new document: that of the order which it is made of, else that of its lines.
    pub(crate) fn of_new(
        config: &'a MyobConfig,
        kind: RecordKind,
        document: &PlannedDocument,
    ) -> Result<Self, ProviderError> {
        let itemised =
            document.lines.iter().filter_map(|line| line.charge.as_ref()).any(|charge| charge.item.is_some());
        let layout = match &document.source {
            Some(source) => remote_id::split(&source.id).and_then(|(collection, _)| collection.layout()),
            None if itemised => Some(Layout::Item),
            None => Some(Layout::Service),
        };
        let collection = layout.and_then(|layout| collection(kind, layout));
        let collection =
            collection.ok_or_else(|| MYOB.unsupported("", format!("a {kind} has no form with lines in MYOB")))?;
        Self::on(config, kind, collection)
    }

    /// The form of a document that the books hold.
    pub(crate) fn of_held(
        config: &'a MyobConfig,
        kind: RecordKind,
        base: &RemoteRecord,
    ) -> Result<Self, ProviderError> {
        let held = remote_id::split(&base.id).map(|(collection, _)| collection);
        let collection = held.filter(|collection| collection.holds(kind)).ok_or_else(|| {
            let message = format!("{} is no id of a {kind} in MYOB: link the record anew", base.id);
            ProviderError::new(ErrorKind::Internal, message)
        })?;
        Self::on(config, kind, collection)
    }

    fn on(config: &'a MyobConfig, kind: RecordKind, collection: Collection) -> Result<Self, ProviderError> {
        match collection.layout() {
            Some(layout @ (Layout::Item | Layout::Service)) if config.profile.offers(collection) => {
                Ok(Self { kind, collection, layout, config })
            }
            Some(Layout::Item | Layout::Service) => {
                let message = format!(
                    "the company file has no {}: change its plan, or connect again and agree to all permissions",
                    collection.wire()
                );
                Err(MYOB.unsupported("lines", message))
            }
            _ => {
                let message = format!(
                    "{} is a layout that people cannot change in the browser: only items and services are written \
                     from here, so make the change in AccountRight",
                    collection.wire()
                );
                Err(MYOB.unsupported("lines", message))
            }
        }
    }

    /// Whether a customer is on it rather than a supplier.
    pub(crate) fn is_sale(&self) -> bool {
        matches!(self.collection, Collection::Quote(_) | Collection::Order(_) | Collection::Invoice(_))
    }

    /// Whether its amounts are below zero in MYOB.
    pub(crate) fn is_credit(&self) -> bool {
        self.kind == RecordKind::CreditNote
    }

    /// Whether its lines have quantities and prices. Services on order have amounts alone (myob.md 3.4, 3.7).
    pub(crate) fn has_prices(&self) -> bool {
        self.layout == Layout::Item || !matches!(self.collection, Collection::Order(_) | Collection::PurchaseOrder(_))
    }

    /// The tax code of a line. Never left to MYOB: a line without one is refused (myob.md 12.3).
    pub(crate) fn tax_code(&self, mode: TaxMode, at: usize, code: &str) -> Result<LinkWrite, ProviderError> {
        match mode {
            TaxMode::Inclusive if code.is_empty() => {
                Err(MYOB.refused(format!("lines[{at}].tax"), "is missing: MYOB needs a tax code on every line"))
            }
            TaxMode::Inclusive => Ok(LinkWrite::new(code)),
            TaxMode::NoTax => self.untaxed(),
            TaxMode::Exclusive => Err(MYOB
                .unsupported("tax_mode", "documents go to MYOB with tax in their prices: turn them into such prices")),
        }
    }

    /// The code that stands for no tax: MYOB has no documents without tax codes.
    fn untaxed(&self) -> Result<LinkWrite, ProviderError> {
        self.config.profile.untaxed.as_ref().map(LinkWrite::from).ok_or_else(|| {
            let message = "is without tax, and the company file has no tax code of 0 per cent: make one in MYOB, then \
                           look at the file anew";
            MYOB.refused("tax_mode", message)
        })
    }

    /// The tax code of freight, which MYOB may ask for where there is no freight either (myob.md 3.7, 7).
    fn freight_tax_code(&self, document: &PlannedDocument) -> Option<LinkWrite> {
        let profile = &self.config.profile;
        let usual =
            if self.is_sale() { &profile.customer_freight_tax_code } else { &profile.supplier_freight_tax_code };
        let of_line = || document.lines.iter().filter_map(|line| line.charge.as_ref()).map(|charge| &charge.tax_code);
        match (usual, document.tax_mode) {
            (_, TaxMode::NoTax) => self.untaxed().ok(),
            (Some(usual), _) => Some(LinkWrite::from(usual)),
            (None, _) => of_line().find(|code| !code.is_empty()).map(LinkWrite::new),
        }
    }
}

fn collection(kind: RecordKind, layout: Layout) -> Option<Collection> {
    match kind {
        RecordKind::Quote => Some(Collection::Quote(layout)),
        RecordKind::Order => Some(Collection::Order(layout)),
        RecordKind::Invoice | RecordKind::CreditNote => Some(Collection::Invoice(layout)),
        RecordKind::PurchaseOrder => Some(Collection::PurchaseOrder(layout)),
        RecordKind::Bill => Some(Collection::Bill(layout)),
        _ => None,
    }
}

/// A document to create.
pub(crate) fn create(form: &Form<'_>, document: &PlannedDocument) -> Result<Members, ProviderError> {
    own_currency(form, document, form.config.profile.country.currency())?;
    let mut write = DocumentWrite {
        date: Some(Day(document.date)),
        is_tax_inclusive: Some(true),
        freight: Some(Number(Decimal::ZERO)),
        freight_tax_code: form.freight_tax_code(document),
        category: category(&form.config.profile)?,
        comment: quote_texts(form, document)?,
        status: quote_status(form, document.status)?,
        order: source(form, document)?,
        ..DocumentWrite::default()
    };
    set_number(&mut write, form, document)?;
    address(&mut write, form, document)?;
    set_reference(&mut write, form, document)?;
    set_due(&mut write, form, document)?;
    delivery::mark(&mut write, form.collection, document)?;
    let lines = line::lines(form, document, Vec::new())?;
    let mut body = Members::of(&write).map_err(|error| unwritable(&error))?;
    body.set("Lines", &lines).map_err(|error| unwritable(&error))?;
    Ok(body)
}

/// An update of a document: the one just read, with what is ours and has changed.
pub(crate) fn update(
    form: &Form<'_>,
    document: &PlannedDocument,
    changes: Changes,
    base: &RemoteRecord,
) -> Result<Members, ProviderError> {
    let quote = matches!(form.collection, Collection::Quote(_));
    let mut body = carry::of(base, if quote { &[carry::QUOTE] } else { &[carry::QUOTE, carry::DOCUMENT] })?;
    let held: Vec<Members> = body.read("Lines").unwrap_or_default();
    let mut write = DocumentWrite::default();
    let mut terms = None;
    if changes.header {
        set_changed_header(&mut write, form, document, base)?;
        terms = write.terms.take();
    }
    if changes.status {
        write.status = quote_status(form, document.status)?;
    }
    if changes.lines {
        write.is_tax_inclusive = Some(true);
    }
    if body.get("FreightTaxCode").is_none() {
        write.freight_tax_code = form.freight_tax_code(document);
    }
    if body.get("Category").is_none() {
        write.category = category(&form.config.profile)?;
    }
    let lines = if changes.lines { line::lines(form, document, held)? } else { line::kept(held) };
    (|| {
        body.overlay(&write)?;
        if let Some(terms) = terms {
            set_terms(&mut body, &terms)?;
        }
        body.set("Lines", &lines)
    })()
    .map_err(|error| unwritable(&error))?;
    Ok(body)
}

fn set_changed_header(
    write: &mut DocumentWrite,
    form: &Form<'_>,
    document: &PlannedDocument,
    base: &RemoteRecord,
) -> Result<(), ProviderError> {
    own_currency(form, document, base.currency.unwrap_or(document.currency))?;
    if base.number != document.number {
        set_number(write, form, document)?;
    }
    write.date = Some(Day(document.date)).filter(|_| base.date != Some(document.date));
    if base.party.as_ref() != Some(&document.party) {
        movable(form, base)?;
        address(write, form, document)?;
    }
    if base.reference != document.reference {
        set_reference(write, form, document)?;
    }
    // Terms count from the document's date, so that another date moves the day that it is due on.
    if base.due != document.due || base.date != Some(document.date) {
        set_due(write, form, document)?;
    }
    write.comment = quote_texts(form, document)?;
    Ok(())
}

/// Foreign currency is a matter of one product level and has no quotes (myob.md 7): it is left to people.
fn own_currency(
    form: &Form<'_>,
    document: &PlannedDocument,
    books: factory_accounting_core::money::Currency,
) -> Result<(), ProviderError> {
    if document.currency == books {
        return Ok(());
    }
    let message =
        format!("is {}, and the {} in MYOB is in {books}: enter it in MYOB by hand", document.currency, form.kind);
    Err(MYOB.unsupported("currency", message))
}

/// What has been paid stays with whom it was paid by (myob.md 4).
fn movable(form: &Form<'_>, base: &RemoteRecord) -> Result<(), ProviderError> {
    if base.settled.is_none_or(|settled| settled.applied().is_zero()) {
        return Ok(());
    }
    let path = if form.is_sale() { "customer" } else { "supplier" };
    let message = format!("cannot change once payments are applied: undo it, or remove them from the {}", form.kind);
    Err(ProviderError::new(ErrorKind::Locked, "payments have been applied")
        .with_code(Code::Locked)
        .with_issues([Issue::new(path, message)]))
}

fn address(write: &mut DocumentWrite, form: &Form<'_>, document: &PlannedDocument) -> Result<(), ProviderError> {
    if form.is_sale() {
        write.customer = Some(named(&document.party, Collection::Customer)?);
    } else {
        write.supplier = Some(named(&document.party, Collection::Supplier)?);
    }
    Ok(())
}

/// The host's number. Of a bill it is the supplier's own, and MYOB gives the bill another one beside (myob.md 3.7); one
/// that is left out is MYOB's to give.
fn set_number(write: &mut DocumentWrite, form: &Form<'_>, document: &PlannedDocument) -> Result<(), ProviderError> {
    let bill = form.kind == RecordKind::Bill;
    MYOB.within("number", document.number.as_deref(), if bill { SUPPLIER_NUMBER } else { DOCUMENT_NUMBER })?;
    match document.number.as_deref().map(str::trim) {
        Some("") => Err(MYOB.refused("number", "is empty: a document without a number cannot be found again in MYOB")),
        None if bill => Err(MYOB.unsupported("number", "the number of a bill is its supplier's: let the host own it")),
        number if bill => {
            write.supplier_invoice_number = number.map(str::to_owned);
            Ok(())
        }
        number => {
            write.number = number.map(str::to_owned);
            Ok(())
        }
    }
}

fn set_reference(write: &mut DocumentWrite, form: &Form<'_>, document: &PlannedDocument) -> Result<(), ProviderError> {
    let Some(reference) = filled(document.reference.as_deref()) else { return Ok(()) };
    if !form.is_sale() {
        return Err(MYOB.unsupported("references", "purchases in MYOB have no reference: leave it out"));
    }
    MYOB.within("references", Some(&reference), REFERENCE)?;
    write.customer_purchase_order_number = Some(reference);
    Ok(())
}

/// When it falls due, in the days that MYOB counts from the document's date: the day itself cannot be set (myob.md 3.4).
/// What is ordered from a supplier is promised for a day.
fn set_due(write: &mut DocumentWrite, form: &Form<'_>, document: &PlannedDocument) -> Result<(), ProviderError> {
    let Some(due) = document.due else { return Ok(()) };
    match form.kind {
        RecordKind::PurchaseOrder => write.promised_date = Some(Day(due)),
        RecordKind::Invoice | RecordKind::Order | RecordKind::Bill => {
            let days = due.signed_duration_since(document.date).num_days();
            let Ok(balance_due_date) = u32::try_from(days) else {
                let message = format!("is {due}, before the document's own date {}: give a later day", document.date);
                return Err(MYOB.refused("due", message));
            };
            write.terms = Some(TermsWrite { payment_is_due: "InAGivenNumberOfDays", balance_due_date });
        }
        _ => {}
    }
    Ok(())
}

/// Lays terms over those that a document has. A discount for early payment belongs to the rule that it was given under.
fn set_terms(body: &mut Members, terms: &TermsWrite) -> Result<(), serde_json::Error> {
    let rule = body.read::<Members>("Terms").and_then(|held| held.text("PaymentIsDue"));
    if rule.as_deref() == Some(terms.payment_is_due) {
        body.overlay_within("Terms", terms)
    } else {
        body.set("Terms", terms)
    }
}

/// Heading, opening and terms of a quote, in the one comment that the customer sees.
fn quote_texts(form: &Form<'_>, document: &PlannedDocument) -> Result<Option<String>, ProviderError> {
    let texts: Vec<String> = [&document.title, &document.summary, &document.terms]
        .into_iter()
        .filter_map(|text| filled(text.as_deref()))
        .collect();
    if texts.is_empty() || form.kind != RecordKind::Quote {
        return Ok(None);
    }
    let comment = texts.join("\n");
    let length = comment.chars().count();
    if length > LINE_TEXT {
        let message = format!(
            "is one comment with title and terms in MYOB, which keeps {LINE_TEXT} characters: shorten the three, \
             {length} in all"
        );
        return Err(MYOB.refused("summary", message));
    }
    Ok(Some(comment))
}

/// The state of a quote, where it is decided. Whether MYOB takes it is not settled (myob.md 13.11); the answer tells. The
/// other forms count from the start and have no state to be sent.
fn quote_status(form: &Form<'_>, status: TargetStatus) -> Result<Option<&'static str>, ProviderError> {
    match (form.kind, status) {
        (RecordKind::Quote, TargetStatus::Quote(QuoteStage::Draft | QuoteStage::Sent)) => Ok(None),
        (RecordKind::Quote, TargetStatus::Quote(QuoteStage::Accepted)) => Ok(Some("Accepted")),
        (RecordKind::Quote, TargetStatus::Quote(QuoteStage::Declined)) => Ok(Some("Declined")),
        (kind, TargetStatus::Approved) if kind != RecordKind::Quote => Ok(None),
        (kind, status) => Err(MYOB.unsupported("status", format!("a {kind} in MYOB has no state {status:?}"))),
    }
}

/// The order that becomes this document, once and as a whole (myob.md 3.5).
fn source(form: &Form<'_>, document: &PlannedDocument) -> Result<Option<LinkWrite>, ProviderError> {
    let Some(source) = &document.source else { return Ok(None) };
    let from = match form.kind {
        RecordKind::Invoice => Collection::Order(form.layout),
        RecordKind::Bill => Collection::PurchaseOrder(form.layout),
        kind => return Err(MYOB.unsupported("", format!("a {kind} in MYOB is not made from a {}", source.kind))),
    };
    named(&source.id, from).map(Some)
}
