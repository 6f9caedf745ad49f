//! Where a document came from: the order of an invoice, the purchase order of a bill, line by line, for packages that tie
//! the two.

use crate::model::{Extent, Record, RecordKey, RecordKind};
use crate::planned::{PlannedLine, PlannedSource};
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
    let source = context.sources.get(&key).filter(|source| may_be_tied_to(&source.status))?;
    let mut free: Vec<&RemoteLine> = source.lines.iter().flatten().filter(|line| line.amount.is_some()).collect();
    for line in lines.iter_mut() {
        let Some(charge) = &line.charge else { continue };
        let same_thing = |candidate: &RemoteLine| match (&charge.item, &candidate.item) {
            (Some(item), Some(theirs)) => item.is(theirs),
            (None, None) => candidate.account.as_deref().is_some_and(|account| charge.account.is(account)),
            _ => false,
        };
        let same_text = |candidate: &&RemoteLine| same_thing(candidate) && candidate.description == line.description;
        let at = free.iter().position(same_text).or_else(|| free.iter().position(|c| same_thing(c)));
        if let Some(at) = at {
            line.source_line = free.remove(at).id.clone();
        }
    }
    Some(PlannedSource { kind: key.kind, id: source.id.clone() })
}

/// The tie that a document has in the books already: it is kept through every change.
pub(super) fn held(kind: RecordKind, base: &RemoteRecord) -> Option<PlannedSource> {
    let source = match kind {
        RecordKind::Bill => RecordKind::PurchaseOrder,
        RecordKind::Invoice => RecordKind::Order,
        _ => return None,
    };
    Some(PlannedSource { kind: source, id: base.sources.as_ref()?.first()?.clone() })
}

/// A state that is not known is no reason to leave the tie out: where the package drops it, that is noticed.
fn may_be_tied_to(status: &RemoteStatus) -> bool {
    !status.is_gone() && !matches!(status, RemoteStatus::Billed | RemoteStatus::Declined | RemoteStatus::Archived)
}
