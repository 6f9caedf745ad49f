//! Marks that a document gets once: as sent to the other party (R35), and for delivery (L5).
//!
//! They go with the write that makes the document what it is: a mark for delivery with its creation, the mark as sent with
//! the write that approves it. After that they belong to whoever works in the package: what has been unmarked there stays
//! so, and nothing is written anew because a setting has changed. So they are no part of what a document is compared by.

use crate::capability::RecordCapability;
use crate::model::RecordKind;
use crate::planned::{PlannedDocument, TargetStatus};
use crate::settings::{Deliveries, DeliveryMark, Settings};

use super::Context;
use super::trail::Step;

/// Whether a document that arrives in this state is to be marked as sent.
pub(super) fn as_sent(
    kind: RecordKind,
    status: TargetStatus,
    capability: Option<&RecordCapability>,
    settings: &Settings,
) -> bool {
    settings.mark_as_sent
        && kind == RecordKind::Invoice
        && status == TargetStatus::Approved
        && capability.is_some_and(|capability| capability.sent_marks)
}

/// The mark for delivery that the settings choose, where a document of this kind can carry it.
pub(super) fn for_delivery(
    kind: RecordKind,
    capability: Option<&RecordCapability>,
    settings: &Settings,
) -> Option<DeliveryMark> {
    let Deliveries { sales, purchases } = settings.delivery;
    let chosen = if kind.is_purchase() { purchases } else { sales };
    chosen.filter(|mark| capability.is_some_and(|capability| capability.delivery_marks.contains(mark)))
}

/// Writes the steps of the marks that a document carries. One without has no such field.
pub(super) fn trace(kind: RecordKind, document: &PlannedDocument, context: &Context<'_>) {
    if document.mark_sent {
        context.trace(format_args!("mark_sent"), || Step::setting("mark_as_sent", &document.mark_sent));
    }
    if let Some(mark) = &document.delivery {
        let side = if kind.is_purchase() { "purchases" } else { "sales" };
        context.trace(format_args!("delivery"), || Step::setting(format!("delivery.{side}"), mark));
    }
}

/// Leaves to an update what it may still ask for: to be marked as sent, by the write that makes the document count, or that
/// makes an order's document an invoice.
pub(super) fn of_update(document: &mut PlannedDocument, begins_to_count: bool) {
    document.delivery = None;
    document.mark_sent &= begins_to_count;
}

/// Whether a document carries any.
pub(super) fn any(document: &PlannedDocument) -> bool {
    document.mark_sent || document.delivery.is_some()
}

/// The document without any.
pub(super) fn clear(document: &mut PlannedDocument) {
    (document.mark_sent, document.delivery) = (false, None);
}
