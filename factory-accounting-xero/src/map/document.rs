//! Documents with lines.
//!
//! An update carries what differs from the books and nothing else: absent members stay as they are, and lines go whole,
//! with their ids, or not at all (xero.md 4.5, 10.8). A quote is the exception: Xero blanks what is left out and moves the
//! number, so that it is always written whole (xero.md 4.6, 10.19).

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::model::{Discount, QuoteStage, RecordKind, TaxMode};
use factory_accounting_core::planned::{Changes, Charge, PlannedDocument, PlannedLine, TargetStatus};
use factory_accounting_core::provider::{RemoteRecord, RemoteStatus};
use factory_accounting_http::json::Number;
use rust_decimal::{Decimal, RoundingStrategy};

use super::XERO;
use crate::endpoint::Resource;
use crate::wire::document::{DocumentWrite, LineWrite, TrackingWrite};

/// Most tracking options of a line (xero.md 4.5).
const TRACKING: usize = 2;
/// Decimals of an exchange rate (xero.md 4.7).
const RATE_DECIMALS: u32 = 6;

/// Xero's type of a kind of document, where it has one.
pub(crate) fn document_type(kind: RecordKind) -> Option<&'static str> {
    match kind {
        RecordKind::Order | RecordKind::Invoice => Some("ACCREC"),
        RecordKind::Bill => Some("ACCPAY"),
        RecordKind::CreditNote => Some("ACCRECCREDIT"),
        _ => None,
    }
}

/// A document to create.
pub(crate) fn create(
    kind: RecordKind,
    resource: Resource,
    document: &PlannedDocument,
) -> Result<DocumentWrite, ProviderError> {
    if document.lines.is_empty() {
        return Err(XERO.refused("lines", "is empty: Xero needs at least one line"));
    }
    let mut write = whole(kind, resource, document)?;
    write.document_type = document_type(kind);
    write.number = document.number.clone();
    write.status = Some(target_status(kind, next_step(document.status, None))?.to_owned());
    Ok(write)
}

/// An update of a document.
pub(crate) fn update(
    kind: RecordKind,
    resource: Resource,
    document: &PlannedDocument,
    changes: Changes,
    base: &RemoteRecord,
) -> Result<DocumentWrite, ProviderError> {
    if changes.lines && document.lines.is_empty() {
        return Err(XERO.refused("lines", "is empty: Xero needs at least one line"));
    }
    let mut write = if kind == RecordKind::Quote {
        quote_update(resource, document, base)?
    } else {
        sparse_update(kind, resource, document, changes, base)?
    };
    write.id = Some(base.id.as_str().to_owned());
    if changes.status || kind == RecordKind::Quote {
        write.status = Some(target_status(kind, next_step(document.status, Some(&base.status)))?.to_owned());
    }
    Ok(write)
}

/// The state to ask for now: a customer's answer to a quote is taken only once the quote is sent (xero.md 4.6). Whoever
/// writes sees from the echo that the state wanted is not reached yet, and writes again.
fn next_step(wanted: TargetStatus, from: Option<&RemoteStatus>) -> TargetStatus {
    let answered = matches!(wanted, TargetStatus::Quote(QuoteStage::Accepted | QuoteStage::Declined));
    let unsent = matches!(from, None | Some(RemoteStatus::Draft));
    if answered && unsent { TargetStatus::Quote(QuoteStage::Sent) } else { wanted }
}

fn quote_update(
    resource: Resource,
    document: &PlannedDocument,
    base: &RemoteRecord,
) -> Result<DocumentWrite, ProviderError> {
    check_quote_step(next_step(document.status, Some(&base.status)), &base.status)?;
    let mut write = whole(RecordKind::Quote, resource, document)?;
    write.number = document.number.clone().or_else(|| base.number.clone());
    if write.number.is_none() {
        return Err(ProviderError::new(
            ErrorKind::Internal,
            "a quote cannot be updated without its number, and neither plan nor books name one",
        ));
    }
    Ok(write)
}

fn sparse_update(
    kind: RecordKind,
    resource: Resource,
    document: &PlannedDocument,
    changes: Changes,
    base: &RemoteRecord,
) -> Result<DocumentWrite, ProviderError> {
    let full = whole(kind, resource, document)?;
    let mut write = DocumentWrite::new(resource);
    write.sent = full.sent;
    if changes.header {
        write.number = document.number.clone().filter(|number| base.number.as_ref() != Some(number));
        write.reference = full.reference.filter(|reference| base.reference.as_ref() != Some(reference));
        write.contact =
            full.contact.filter(|contact| base.party.as_ref().is_none_or(|party| party.as_str() != contact));
        write.date = full.date.filter(|date| base.date != Some(*date));
        write.due = full.due.filter(|due| base.due != Some(*due));
        if base.currency != Some(document.currency) {
            write.currency = full.currency;
            write.currency_rate = full.currency_rate;
        }
        write.line_amount_types = full.line_amount_types.filter(|_| base.tax_mode != Some(document.tax_mode));
    }
    if changes.lines {
        write.lines = full.lines;
        // Amounts mean nothing without the mode that they are in.
        write.line_amount_types = full.line_amount_types;
    }
    if kind == RecordKind::PurchaseOrder {
        // Every recorded update of a purchase order names these two (xero.md 4.8).
        write.contact = Some(document.party.as_str().to_owned());
        write.date = Some(document.date);
    }
    Ok(write)
}

/// The void of a document: deleted while it does not count, voided once it does (xero.md 4.6 to 4.9).
pub(crate) fn void(kind: RecordKind, resource: Resource, base: &RemoteRecord) -> Result<DocumentWrite, ProviderError> {
    let status = match (kind, &base.status) {
        (_, RemoteStatus::Voided | RemoteStatus::Deleted) => {
            return Err(ProviderError::new(ErrorKind::Locked, format!("the {kind} counts no more in Xero already")));
        }
        (RecordKind::Quote | RecordKind::PurchaseOrder, _) | (_, RemoteStatus::Draft | RemoteStatus::Submitted) => {
            "DELETED"
        }
        (_, RemoteStatus::Open | RemoteStatus::Paid) => "VOIDED",
        (_, other) => {
            return Err(
                XERO.unsupported("status", format!("a {kind} in state {other:?} can neither be deleted nor voided"))
            );
        }
    };
    let mut write = DocumentWrite::new(resource);
    write.id = Some(base.id.as_str().to_owned());
    write.status = Some(status.to_owned());
    if matches!(kind, RecordKind::Quote | RecordKind::PurchaseOrder) {
        write.contact = base.party.as_ref().map(|party| party.as_str().to_owned());
        write.date = base.date;
    }
    if kind == RecordKind::Quote {
        write.number = base.number.clone();
    }
    Ok(write)
}

fn whole(kind: RecordKind, resource: Resource, document: &PlannedDocument) -> Result<DocumentWrite, ProviderError> {
    check_texts(kind, document)?;
    let mut write = DocumentWrite::new(resource);
    write.reference = document.reference.clone();
    write.contact = Some(document.party.as_str().to_owned());
    write.date = Some(document.date);
    write.due = document.due.filter(|_| kind != RecordKind::CreditNote);
    write.currency = Some(document.currency.code());
    write.currency_rate = document.exchange_rate.map(currency_rate).transpose()?;
    write.line_amount_types = Some(line_amount_types(kind, document.tax_mode));
    write.sent = sent(kind, document)?;
    if kind == RecordKind::Quote {
        write.title = document.title.clone();
        write.summary = document.summary.clone();
        write.terms = document.terms.clone();
    }
    write.lines = Some(
        document
            .lines
            .iter()
            .enumerate()
            .map(|(at, one)| line(kind, document.tax_mode, at, one))
            .collect::<Result<_, _>>()?,
    );
    Ok(write)
}

/// The mark as sent, which never is taken back (R35). Xero takes it on what is approved (xero.md 4.7), and has no marks for
/// delivery.
fn sent(kind: RecordKind, document: &PlannedDocument) -> Result<Option<bool>, ProviderError> {
    if document.delivery.is_some() {
        return Err(XERO.unsupported("delivery", "documents carry no marks for delivery in Xero: leave it out"));
    }
    if document.mark_sent && (kind != RecordKind::Invoice || document.status != TargetStatus::Approved) {
        let message = format!("only approved invoices are marked as sent in Xero, not this {kind}: leave it out");
        return Err(XERO.unsupported("mark_sent", message));
    }
    Ok(document.mark_sent.then_some(true))
}

fn check_texts(kind: RecordKind, document: &PlannedDocument) -> Result<(), ProviderError> {
    if let Some(number) = document.number.as_deref() {
        XERO.within("number", Some(number), 255)?;
        // xero.md 4.7: printable ASCII.
        if !number.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err(XERO.refused(
                "number",
                "holds characters that Xero refuses in numbers: use plain letters, digits and signs",
            ));
        }
    }
    if kind == RecordKind::Bill {
        if document.number.is_none() {
            return Err(XERO.unsupported("number", "Xero gives bills no number: let the host own the numbers of bills"));
        }
        if document.reference.is_some() {
            return Err(XERO.unsupported("references", "bills have no reference in Xero: leave it out"));
        }
    }
    XERO.within("references", document.reference.as_deref(), if kind == RecordKind::Quote { 4_000 } else { 255 })?;
    XERO.within("title", document.title.as_deref(), 100)?;
    XERO.within("summary", document.summary.as_deref(), 3_000)?;
    XERO.within("terms", document.terms.as_deref(), 4_000)
}

fn line(kind: RecordKind, mode: TaxMode, at: usize, planned: &PlannedLine) -> Result<LineWrite, ProviderError> {
    let path = |field: &str| format!("lines[{at}].{field}");
    XERO.within(&path("description"), Some(&planned.description), 4_000)?;
    if planned.description.trim().is_empty() {
        return Err(XERO.refused(path("description"), "is empty: Xero needs a text on every line"));
    }
    let mut write = LineWrite {
        id: planned.remote.as_ref().map(|id| id.as_str().to_owned()),
        description: planned.description.clone(),
        ..LineWrite::default()
    };
    let Some(charge) = &planned.charge else { return Ok(write) };
    (write.discount_rate, write.discount_amount) = discount(kind, at, charge)?;
    write.quantity = Some(Number(charge.quantity.0));
    write.unit_amount = Some(Number(charge.unit_price.0));
    write.item_code = charge.item.as_ref().and_then(|item| item.code.clone());
    write.account_code = Some(charge.account.name().to_owned());
    // Never left to the account's default: a quote line would get no tax at all (xero.md 4.6). Without tax there is none
    // to name.
    write.tax_type = (mode != TaxMode::NoTax).then(|| charge.tax_code.clone());
    write.tracking = tracking(kind, at, charge)?;
    Ok(write)
}

fn discount(kind: RecordKind, at: usize, charge: &Charge) -> Result<(Option<Number>, Option<Number>), ProviderError> {
    let Some(discount) = charge.discount else { return Ok((None, None)) };
    // xero.md 4.5: not on bills and credit notes, and purchase orders are documented both ways.
    if matches!(kind, RecordKind::Bill | RecordKind::CreditNote | RecordKind::PurchaseOrder) {
        return Err(XERO.unsupported(
            format!("lines[{at}].discount"),
            format!("lines of a {kind} take no discount in Xero: send the net price"),
        ));
    }
    Ok(match discount {
        Discount::Rate(rate) => (Some(Number(rate.0)), None),
        Discount::Amount(amount) => (None, Some(Number(amount))),
    })
}

// A tracking option is known here as `<category>/<option>`; quotes take the option alone (xero.md 4.5).
fn tracking(kind: RecordKind, at: usize, charge: &Charge) -> Result<Vec<TrackingWrite>, ProviderError> {
    if charge.jobs.len() > TRACKING {
        return Err(XERO.unsupported(
            format!("lines[{at}].job"),
            format!("has {} tracking options, a line in Xero takes {TRACKING}: remove some", charge.jobs.len()),
        ));
    }
    charge
        .jobs
        .iter()
        .map(|job| {
            let (category, option) = job.as_str().split_once('/').ok_or_else(|| {
                XERO.refused(
                    format!("lines[{at}].job"),
                    format!(
                        "{:?} is not a tracking option of Xero: refresh the lists and link the job again",
                        job.as_str()
                    ),
                )
            })?;
            let category = (kind != RecordKind::Quote).then(|| category.to_owned());
            Ok(TrackingWrite { category, option: option.to_owned() })
        })
        .collect()
}

fn line_amount_types(kind: RecordKind, mode: TaxMode) -> &'static str {
    // Quotes shout (xero.md 4.6).
    match (kind == RecordKind::Quote, mode) {
        (false, TaxMode::Exclusive) => "Exclusive",
        (false, TaxMode::Inclusive) => "Inclusive",
        (false, TaxMode::NoTax) => "NoTax",
        (true, TaxMode::Exclusive) => "EXCLUSIVE",
        (true, TaxMode::Inclusive) => "INCLUSIVE",
        (true, TaxMode::NoTax) => "NOTAX",
    }
}

/// Xero counts units of the document's currency for one of the organisation's, at six decimals; the model counts the other
/// way round.
fn currency_rate(host: Decimal) -> Result<Number, ProviderError> {
    let rate = Decimal::ONE
        .checked_div(host)
        .filter(|rate| rate.is_sign_positive())
        .map(|rate| rate.round_dp_with_strategy(RATE_DECIMALS, RoundingStrategy::MidpointAwayFromZero))
        .filter(|rate| !rate.is_zero());
    rate.map(Number).ok_or_else(|| {
        XERO.refused(
            "exchange_rate",
            format!("{host} cannot be a rate in Xero: give units of the organisation's currency, above 0"),
        )
    })
}

fn target_status(kind: RecordKind, status: TargetStatus) -> Result<&'static str, ProviderError> {
    match (kind, status) {
        (RecordKind::Quote, TargetStatus::Quote(QuoteStage::Draft) | TargetStatus::Draft) => Ok("DRAFT"),
        (RecordKind::Quote, TargetStatus::Quote(QuoteStage::Sent)) => Ok("SENT"),
        (RecordKind::Quote, TargetStatus::Quote(QuoteStage::Accepted)) => Ok("ACCEPTED"),
        (RecordKind::Quote, TargetStatus::Quote(QuoteStage::Declined)) => Ok("DECLINED"),
        (RecordKind::Quote, other) => Err(XERO.unsupported("stage", format!("quotes in Xero have no state {other:?}"))),
        (_, TargetStatus::Draft) => Ok("DRAFT"),
        // An order stays a draft for as long as it is an order (xero.md 4.7).
        (RecordKind::Order, TargetStatus::Approved) => {
            Err(XERO.unsupported("status", "an order is a draft in Xero: approving it would make it an invoice"))
        }
        (_, TargetStatus::Approved) => Ok("AUTHORISED"),
        (_, other) => Err(XERO.unsupported("status", format!("a {kind} in Xero has no state {other:?}"))),
    }
}

// Steps that Xero allows (xero.md 4.6); staying is no step.
fn check_quote_step(target: TargetStatus, from: &RemoteStatus) -> Result<(), ProviderError> {
    let allowed = match target {
        TargetStatus::Quote(QuoteStage::Draft) | TargetStatus::Draft => matches!(from, RemoteStatus::Draft),
        TargetStatus::Quote(QuoteStage::Sent) => !from.is_gone(),
        TargetStatus::Quote(QuoteStage::Accepted) => matches!(from, RemoteStatus::Open | RemoteStatus::Accepted),
        TargetStatus::Quote(QuoteStage::Declined) => matches!(from, RemoteStatus::Open | RemoteStatus::Declined),
        _ => true,
    };
    if allowed {
        return Ok(());
    }
    Err(XERO.unsupported(
        "stage",
        format!(
            "the quote is in state {from:?} in Xero, which does not lead to {target:?}: mark it as sent there, then send again"
        ),
    ))
}
