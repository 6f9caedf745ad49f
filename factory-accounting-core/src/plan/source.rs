//! Where a document came from: the order of an invoice, the purchase order of a bill, line by line, for packages that tie
//! the two.

use crate::code::{Code, Parked};
use crate::ids::RemoteId;
use crate::model::{Extent, Record, RecordKey, RecordKind};
use crate::planned::{PlannedDocument, PlannedLine, PlannedSource};
use crate::provider::{RemoteLine, RemoteRecord, RemoteStatus};

use super::Context;

/// The record that a document came from, where the package ties the two and the host's document is all of it that there
/// will be: of an order that is billed in parts no part closes the whole.
#[must_use]
pub fn source_of(record: &Record, context: &Context<'_>) -> Option<RecordKey> {
    if !context.capabilities.of(record.kind()).is_some_and(|capability| capability.links_sources) {
        return None;
    }
    match record {
        Record::Invoice(invoice) if invoice.extent == Extent::Full => {
            let apart = context.order_form().is_some_and(|form| !form.becomes_invoice());
            let order = invoice.order.clone().filter(|_| apart)?;
            Some(RecordKey::new(RecordKind::Order, order))
        }
        Record::Bill(bill) => Some(RecordKey::new(RecordKind::PurchaseOrder, bill.purchase_order.clone()?)),
        _ => None,
    }
}

/// Ties a planned document to its source: the document, and each line to the first line of the source not yet taken that it
/// continues. Lines that the source does not have stay untied.
pub(super) fn tie(record: &Record, lines: &mut [PlannedLine], context: &Context<'_>) -> Option<PlannedSource> {
    let key = source_of(record, context)?;
    let source =
        context.sources.get(&key).filter(|source| source.status == RemoteStatus::Open || is_accepted(source))?;
    let mut free: Vec<&RemoteLine> = source.lines.iter().flatten().filter(|line| line.amount.is_some()).collect();
    for line in lines.iter_mut() {
        let Some(charge) = &line.charge else { continue };
        let same_thing = |candidate: &RemoteLine| match (&charge.item, &candidate.item) {
            (Some(item), Some(theirs)) => item.is(theirs),
            (None, None) => candidate.account.as_deref().is_some_and(|account| charge.account.is(account)),
            _ => false,
        };
        let same_text = |candidate: &&RemoteLine| same_thing(candidate) && candidate.description == line.description;
        let at =
            free.iter().position(|candidate| same_text(candidate)).or_else(|| free.iter().position(|c| same_thing(c)));
        if let Some(at) = at {
            line.source_line = free.remove(at).id.clone();
        }
    }
    Some(PlannedSource { kind: key.kind, id: source.id.clone() })
}

fn is_accepted(source: &RemoteRecord) -> bool {
    source.status == RemoteStatus::Accepted
}

/// The question that a tie which the package has dropped is to a person: the document is right, its source stays open.
#[must_use]
pub fn dropped_tie(name: &str, document: &PlannedDocument, echo: &RemoteRecord, package: &str) -> Option<Parked> {
    let source = document.source.as_ref()?;
    let held: &Vec<RemoteId> = echo.sources.as_ref()?;
    if held.contains(&source.id) {
        return None;
    }
    let reason = format!(
        "{} {name:?} is in {package}, but {package} has not tied it to its {}, which stays open there",
        echo.kind, source.kind
    );
    Some(Parked::new(Code::SourceNotTied, reason).with_candidates([super::evidence::candidate(echo)]))
}
