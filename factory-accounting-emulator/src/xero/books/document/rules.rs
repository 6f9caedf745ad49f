//! Which status may follow which, and what may still be edited (xero.md 4.6 to 4.9).

use super::{Document, Family, Kind, Status};
use crate::xero::books::errors::{self, Findings};
use Status::{Accepted, Authorised, Billed, Declined, Deleted, Draft, Invoiced, Paid, Sent, Submitted, Voided};

/// Statuses that a document may be created with.
pub(super) fn may_start_as(family: Family, status: Status) -> bool {
    match family {
        Family::Invoice | Family::CreditNote => matches!(status, Draft | Submitted | Authorised),
        Family::Order => matches!(status, Draft | Submitted | Authorised | Billed),
        Family::Quote => matches!(status, Draft | Sent),
    }
}

/// Notes why a status may not follow the one held; the same status again is no change.
pub(super) fn check_transition(held: &Document, asked: Status, findings: &mut Findings) {
    match held.kind.family() {
        Family::Invoice | Family::CreditNote => check_invoice(held, asked, findings),
        Family::Order => check_order(held.status, asked, findings),
        Family::Quote => {
            if held.status != asked && !quote_allows(held.status, asked) {
                findings.error(errors::QUOTE_STATUS);
            }
        }
    }
}

fn check_invoice(held: &Document, asked: Status, findings: &mut Findings) {
    let noun = if held.kind.family() == Family::Invoice { "invoice" } else { "credit note" };
    if held.status.is_gone() {
        findings.error(errors::MODIFY_STATUS);
        return;
    }
    let same = held.status == asked || (held.status == Paid && asked == Authorised);
    if same {
        return;
    }
    if held.has_applied() && matches!(asked, Voided | Submitted | Draft) {
        findings.error(errors::status_over_allocation(asked.wire(), noun));
        findings.error(errors::ALLOCATED);
        return;
    }
    let allowed = match held.status {
        Draft | Submitted => matches!(asked, Draft | Submitted | Authorised | Deleted),
        // A PAID one with nothing applied has a total of zero.
        Authorised | Paid => asked == Voided,
        _ => false,
    };
    if !allowed {
        findings.error(errors::MODIFY_STATUS);
    }
}

/// No table is published; a live order may go forward and be deleted, a deleted one is closed (xero.md 4.8).
fn check_order(held: Status, asked: Status, findings: &mut Findings) {
    if held == Deleted {
        findings.error(errors::ORDER_STATUS);
        findings.error(errors::ORDER_DELETED);
        return;
    }
    let backwards = matches!(held, Authorised | Billed) && matches!(asked, Draft | Submitted);
    if backwards || !matches!(asked, Draft | Submitted | Authorised | Billed | Deleted) {
        findings.error(errors::ORDER_STATUS);
    }
}

/// xero.md 4.6
fn quote_allows(held: Status, asked: Status) -> bool {
    matches!(
        (held, asked),
        (Draft, Sent | Deleted)
            | (Sent, Accepted | Declined | Deleted)
            | (Accepted, Invoiced | Sent | Deleted)
            | (Declined | Invoiced, Sent | Deleted)
    )
}

/// Notes what a changed document may not change any more.
pub(super) fn check_edit(held: &Document, candidate: &Document, paid_by_credit: bool, findings: &mut Findings) {
    match held.kind.family() {
        Family::Invoice | Family::CreditNote => {
            let frozen = match held.kind {
                Kind::Bill | Kind::SalesCredit | Kind::PurchaseCredit => held.has_applied(),
                _ => {
                    held.has_applied()
                        && (amounts_differ(held, candidate) || (paid_by_credit && held.contact != candidate.contact))
                }
            };
            if frozen {
                findings.error(errors::MODIFY_STATUS);
                findings.error(errors::ALLOCATED);
            }
        }
        Family::Quote => {
            // Only contact details and notes are open once the customer has answered.
            let closed = matches!(held.status, Accepted | Declined | Invoiced) && candidate.status == held.status;
            if held.status == Deleted || (closed && amounts_differ(held, candidate)) {
                findings.error("Quote not of valid status for modification"); // [impl]
            }
        }
        Family::Order => {}
    }
}

/// Everything but Reference, DueDate, number, theme, contact, Url and the wording, account and tracking of lines.
fn amounts_differ(held: &Document, candidate: &Document) -> bool {
    held.date != candidate.date
        || held.mode != candidate.mode
        || held.currency != candidate.currency
        || held.rate != candidate.rate
        || held.totals != candidate.totals
        || held.lines.len() != candidate.lines.len()
        || held.lines.iter().zip(&candidate.lines).any(|(before, after)| {
            before.quantity != after.quantity
                || before.unit != after.unit
                || before.amount != after.amount
                || before.tax_type != after.tax_type
                || before.tax != after.tax
                || before.item != after.item
                || before.discount != after.discount
        })
}
