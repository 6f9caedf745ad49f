//! Where a document came from: the order of an invoice, the purchase order of a bill, for packages that tie the two, line by
//! line or as a whole.

use crate::capability::SourceTie;
use crate::model::{Extent, Record, RecordKey, RecordKind};
use crate::money::Totals;
use crate::planned::{PlannedLine, PlannedSource};
use crate::provider::{RemoteLine, RemoteRecord, RemoteStatus};

use super::Context;
use super::trail::Step;

/// How a kind of document is tied to its source.
#[must_use]
pub(super) fn source_tie(kind: RecordKind, context: &Context<'_>) -> SourceTie {
    context.capabilities.of(kind).map_or(SourceTie::None, |capability| capability.sources)
}

/// The record that a document came from, where the package may tie the two. Where one link closes an order, an invoice of a
/// part has none; where the order becomes the invoice, the last part may.
#[must_use]
pub fn source_of(record: &Record, context: &Context<'_>) -> Option<RecordKey> {
    let tie = source_tie(record.kind(), context);
    if tie == SourceTie::None {
        return None;
    }
    match record {
        Record::Invoice(invoice) if invoice.extent == Extent::Full || tie == SourceTie::Converted => {
            let apart = context.order_form().is_some_and(|form| !form.becomes_invoice());
            let order = invoice.order.clone().filter(|_| apart)?;
            Some(RecordKey::new(RecordKind::Order, order))
        }
        Record::Bill(bill) => Some(RecordKey::new(RecordKind::PurchaseOrder, bill.purchase_order.clone()?)),
        _ => None,
    }
}

/// Ties a planned document to its source. Where the source becomes the document, it does so as a whole, with the document
/// that bills all that is left of it. Else the document is tied, and each line to the first line of the source not yet taken
/// that it continues; lines that the source does not have stay untied.
pub(super) fn tie(
    record: &Record,
    lines: &mut [PlannedLine],
    totals: Totals,
    context: &Context<'_>,
) -> Option<PlannedSource> {
    let key = source_of(record, context)?;
    let source = context.sources.get(&key).filter(|source| may_be_tied_to(&source.status))?;
    let whole = PlannedSource { kind: key.kind, id: source.id.clone() };
    if source_tie(record.kind(), context) == SourceTie::Converted {
        let full = matches!(record, Record::Invoice(invoice) if invoice.extent == Extent::Full);
        // The quantity of a sum is one, whatever it bills.
        let summed = record.trade().is_some_and(|trade| super::shape::sums_up(&trade, context));
        let rest = if summed { as_much_money(totals, source) } else { bills_the_rest(lines, totals, source) };
        return (full || rest).then_some(whole);
    }
    let mut free: Vec<&RemoteLine> = source.lines.iter().flatten().filter(|line| line.amount.is_some()).collect();
    for (index, line) in lines.iter_mut().enumerate() {
        if let Some(at) = continued(line, &free) {
            line.source_line = free.remove(at).id.clone();
            context.trace(format_args!("lines[{index}].source_line"), || {
                Step::books("the line of its source that it continues", &line.source_line)
            });
        }
    }
    Some(whole)
}

/// Which of the lines of the source a line continues: one of the same item or account, of the same text if there is one.
fn continued(line: &PlannedLine, free: &[&RemoteLine]) -> Option<usize> {
    let charge = line.charge.as_ref()?;
    let same_thing = |candidate: &RemoteLine| match (&charge.item, &candidate.item) {
        (Some(item), Some(theirs)) => item.is(theirs),
        (None, None) => candidate.account.as_deref().is_some_and(|account| charge.account.is(account)),
        _ => false,
    };
    let same_text = |candidate: &&RemoteLine| same_thing(candidate) && candidate.description == line.description;
    free.iter().position(same_text).or_else(|| free.iter().position(|candidate| same_thing(candidate)))
}

fn as_much_money(totals: Totals, source: &RemoteRecord) -> bool {
    source.totals.is_some_and(|left| totals.total >= left.total)
}

/// Whether a document bills all that is left of its source: as much money, or every line of it in full at other prices.
fn bills_the_rest(lines: &[PlannedLine], totals: Totals, source: &RemoteRecord) -> bool {
    if as_much_money(totals, source) {
        return true;
    }
    let mut free: Vec<&RemoteLine> = source.lines.iter().flatten().filter(|line| line.amount.is_some()).collect();
    for line in lines {
        let Some(at) = continued(line, &free) else { continue };
        let quantity = line.charge.as_ref().map(|charge| charge.quantity.0);
        if free.get(at).is_some_and(|left| left.quantity.is_some() && quantity >= left.quantity) {
            free.remove(at);
        }
    }
    source.lines.is_some() && free.is_empty()
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
