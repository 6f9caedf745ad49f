//! Documents with lines: estimates, invoices, credit memos, purchase orders and bills.
//!
//! An update is sparse and carries what differs from the books and nothing else; lines go whole or not at all (qbo.md 5.0).
//! Terms, classes and locations are never ours, and states of mail and print only with the write that settles them.

use factory_accounting_core::code::Code;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::model::{QuoteStage, RecordKind};
use factory_accounting_core::planned::{Changes, PlannedDocument, TargetStatus};
use factory_accounting_core::provider::RemoteRecord;
use factory_accounting_core::settings::DeliveryMark;
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;

use super::reference::{CUSTOMER_MEMO, Place};
use super::source::Tie;
use super::{QUICKBOOKS, head, line, named, tax};
use crate::capability::DOCUMENT_NUMBER;
use crate::config::Region;
use crate::endpoint::Entity;
use crate::wire::write::RefWrite;
use crate::wire::write::document::{CustomFieldWrite, DocumentWrite};

/// The form that a document is written on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form<'a> {
    /// Kind of the host's record.
    pub(crate) kind: RecordKind,
    /// What it is in QuickBooks.
    pub(crate) entity: Entity,
    /// Where the company is taxed.
    pub(crate) region: Region,
    /// Where its reference stands.
    pub(crate) reference: Place<'a>,
}

impl Form<'_> {
    /// Whether a customer is on it rather than a vendor.
    pub(crate) fn is_sale(&self) -> bool {
        matches!(self.entity, Entity::Estimate | Entity::Invoice | Entity::CreditMemo)
    }
}

/// A document to create.
pub(crate) fn create(form: &Form<'_>, document: &PlannedDocument) -> Result<DocumentWrite, ProviderError> {
    let tie = Tie::of(form.entity, document, None)?;
    let mut write = DocumentWrite {
        doc_number: number(form, document)?,
        txn_date: Some(document.date),
        currency_ref: Some(RefWrite::new(document.currency.code())),
        exchange_rate: document.exchange_rate.map(exchange_rate).transpose()?,
        txn_status: estimate_status(form, document.status)?,
        // Without one a purchase order is in a state that people miss (qbo.md 5.17).
        po_status: (form.entity == Entity::PurchaseOrder).then_some("Open"),
        linked_txn: tie.and_then(|tie| tie.of_document(&document.lines)).map(|tie| [tie]),
        ..DocumentWrite::default()
    };
    address(&mut write, form, document)?;
    set_due(&mut write, form, document);
    set_marks(&mut write, form, document)?;
    set_reference(&mut write, form, document)?;
    set_quote_texts(&mut write, form, document)?;
    set_lines(&mut write, form, document, tie.as_ref(), None)?;
    Ok(write)
}

/// An update of a document.
pub(crate) fn update(
    form: &Form<'_>,
    document: &PlannedDocument,
    changes: Changes,
    base: &RemoteRecord,
) -> Result<DocumentWrite, ProviderError> {
    let mut write = DocumentWrite { head: head(base, true)?, ..DocumentWrite::default() };
    set_marks(&mut write, form, document)?;
    // Every recorded update of a purchase names its vendor (qbo.md 5.0).
    if !form.is_sale() {
        address(&mut write, form, document)?;
    }
    if changes.header {
        set_changed_header(&mut write, form, document, base)?;
    }
    if changes.lines {
        let tie = Tie::of(form.entity, document, Some(base))?;
        write.linked_txn = tie.and_then(|tie| tie.of_document(&document.lines)).map(|tie| [tie]);
        set_lines(&mut write, form, document, tie.as_ref(), Some(base))?;
    }
    // Nothing else has a state to be sent: an order that is held as an invoice is what it is to become already.
    if changes.status && form.entity == Entity::Estimate {
        write.txn_status = estimate_status(form, document.status)?;
    }
    Ok(write)
}

fn set_changed_header(
    write: &mut DocumentWrite,
    form: &Form<'_>,
    document: &PlannedDocument,
    base: &RemoteRecord,
) -> Result<(), ProviderError> {
    if base.currency.is_some_and(|currency| currency != document.currency) {
        let message = format!("a {} keeps its currency in QuickBooks: push it as a new one", form.kind);
        return Err(QUICKBOOKS.unsupported("currency", message));
    }
    write.doc_number = number(form, document)?.filter(|number| base.number.as_ref() != Some(number));
    write.txn_date = Some(document.date).filter(|date| base.date != Some(*date));
    if base.party.as_ref() != Some(&document.party) {
        movable(form, base)?;
        address(write, form, document)?;
    }
    if base.due != document.due {
        set_due(write, form, document);
    }
    if base.reference != document.reference {
        set_reference(write, form, document)?;
    }
    set_quote_texts(write, form, document)
}

/// What has been paid stays with whom it was paid by (qbo.md 11).
fn movable(form: &Form<'_>, base: &RemoteRecord) -> Result<(), ProviderError> {
    if base.settled.is_none_or(|settled| settled.applied().is_zero()) {
        return Ok(());
    }
    let path = if form.is_sale() { "customer" } else { "supplier" };
    let message = format!("cannot change once payments are applied: undo it, or remove them from the {}", form.kind);
    let issue = factory_accounting_core::error::Issue::new(path, message);
    Err(ProviderError::new(ErrorKind::Locked, "payments have been applied")
        .with_code(Code::Locked)
        .with_issues([issue]))
}

fn address(write: &mut DocumentWrite, form: &Form<'_>, document: &PlannedDocument) -> Result<(), ProviderError> {
    if form.is_sale() {
        write.customer_ref = Some(named(&document.party, Entity::Customer)?);
    } else {
        write.vendor_ref = Some(named(&document.party, Entity::Vendor)?);
    }
    Ok(())
}

fn set_due(write: &mut DocumentWrite, form: &Form<'_>, document: &PlannedDocument) {
    match form.entity {
        Entity::Estimate => write.expiration_date = document.due,
        // Nothing falls due on a credit.
        Entity::CreditMemo => {}
        _ => write.due_date = document.due,
    }
}

/// The mark as sent (R35), and whether it waits to be printed (L5). It is never marked to be mailed: QuickBooks would do it
/// (qbo.md 5.13).
fn set_marks(write: &mut DocumentWrite, form: &Form<'_>, document: &PlannedDocument) -> Result<(), ProviderError> {
    if document.mark_sent && form.kind != RecordKind::Invoice {
        let message = format!("only invoices are marked as sent in QuickBooks, not this {}: leave it out", form.kind);
        return Err(QUICKBOOKS.unsupported("mark_sent", message));
    }
    write.email_status = document.mark_sent.then_some("EmailSent");
    write.print_status = match document.delivery {
        None => None,
        Some(DeliveryMark::Nothing) if form.entity != Entity::Bill => Some("NotSet"),
        Some(DeliveryMark::Print) if form.entity != Entity::Bill => Some("NeedToPrint"),
        Some(_) => {
            let marks = if form.entity == Entity::Bill { "no mark" } else { "the marks to print and none" };
            let message = format!("a {} knows {marks} for delivery in QuickBooks: change the setting", form.kind);
            return Err(QUICKBOOKS.unsupported("delivery", message));
        }
    };
    Ok(())
}

fn set_lines(
    write: &mut DocumentWrite,
    form: &Form<'_>,
    document: &PlannedDocument,
    tie: Option<&Tie<'_>>,
    base: Option<&RemoteRecord>,
) -> Result<(), ProviderError> {
    // Amounts mean nothing without the mode that they are in. Tax that is not stated is left out, so that it is reckoned anew
    // (qbo.md 11).
    write.global_tax_calculation = tax::calculation(form.region, document.tax_mode)?;
    write.line = Some(line::lines(form, document, tie, base)?);
    write.txn_tax_detail = tax::stated(form.region, &document.stated_taxes)?;
    Ok(())
}

/// The host's number. A number that is left out is given by QuickBooks, where it gives any (qbo.md 5.10).
fn number(form: &Form<'_>, document: &PlannedDocument) -> Result<Option<String>, ProviderError> {
    QUICKBOOKS.within("number", document.number.as_deref(), DOCUMENT_NUMBER)?;
    match document.number.as_deref().map(str::trim) {
        // A number that is sent empty stays empty.
        Some("") => {
            Err(QUICKBOOKS
                .refused("number", "is empty: a document without a number cannot be found again in QuickBooks"))
        }
        None if form.entity == Entity::Bill => {
            Err(QUICKBOOKS
                .unsupported("number", "QuickBooks gives bills no number: let the host own the numbers of bills"))
        }
        number => Ok(number.map(str::to_owned)),
    }
}

fn set_reference(write: &mut DocumentWrite, form: &Form<'_>, document: &PlannedDocument) -> Result<(), ProviderError> {
    let Some(reference) = document.reference.clone() else { return Ok(()) };
    QUICKBOOKS.within("references", Some(&reference), form.reference.text())?;
    match form.reference {
        Place::PrivateNote => write.private_note = Some(reference),
        Place::CustomerMemo => write.customer_memo = Some(RefWrite::new(reference)),
        Place::CustomField { definition_id, name } => {
            write.custom_field = Some([CustomFieldWrite {
                definition_id: definition_id.to_owned(),
                name: name.to_owned(),
                field_type: "StringType",
                string_value: reference,
            }]);
        }
    }
    Ok(())
}

/// Heading, opening and terms of a quote, in the one message that the customer sees.
fn set_quote_texts(
    write: &mut DocumentWrite,
    form: &Form<'_>,
    document: &PlannedDocument,
) -> Result<(), ProviderError> {
    let texts: Vec<&str> = [&document.title, &document.summary, &document.terms]
        .into_iter()
        .filter_map(|text| text.as_deref().map(str::trim))
        .filter(|text| !text.is_empty())
        .collect();
    if texts.is_empty() || form.entity != Entity::Estimate {
        return Ok(());
    }
    let message = texts.join("\n");
    let length = message.chars().count();
    if length > CUSTOMER_MEMO {
        let complaint = format!(
            "is one message with title and terms in QuickBooks, which keeps {CUSTOMER_MEMO} characters: shorten the three, {length} in all"
        );
        return Err(QUICKBOOKS.refused("summary", complaint));
    }
    write.customer_memo = Some(RefWrite::new(message));
    Ok(())
}

/// Units of the organisation's currency for one of the document's: as QuickBooks counts them.
fn exchange_rate(rate: Decimal) -> Result<Number, ProviderError> {
    if rate > Decimal::ZERO {
        return Ok(Number(rate));
    }
    Err(QUICKBOOKS.refused(
        "exchange_rate",
        format!("{rate} cannot be a rate: give units of the organisation's currency, above 0"),
    ))
}

/// The state of an estimate; the other forms count from the start and have none to be sent (qbo.md 5.11, 5.13).
fn estimate_status(form: &Form<'_>, status: TargetStatus) -> Result<Option<&'static str>, ProviderError> {
    match (form.entity, status) {
        (Entity::Estimate, TargetStatus::Quote(stage)) => match stage {
            QuoteStage::Draft | QuoteStage::Sent => Ok(Some("Pending")),
            QuoteStage::Accepted => Ok(Some("Accepted")),
            QuoteStage::Declined => Ok(Some("Rejected")),
            other => Err(QUICKBOOKS.unsupported("stage", format!("an estimate in QuickBooks has no state {other:?}"))),
        },
        (entity, TargetStatus::Approved) if entity != Entity::Estimate => Ok(None),
        (_, status) => {
            Err(QUICKBOOKS.unsupported("status", format!("a {} in QuickBooks has no state {status:?}", form.kind)))
        }
    }
}
