//! What a package has made of a write that it took: other totals than were meant, and what it has left undone about a record
//! that is there.

use crate::capability::TaxAuthority;
use crate::code::{Code, Parked};
use crate::money::Totals;
use crate::planned::{Content, PlannedDocument, PlannedPayment};
use crate::provider::RemoteRecord;

use super::evidence::candidate;

/// The question that an answer is to a person, although the books hold the record: a tie to its source that was dropped in
/// silence, money that was taken but not set against its document (R20).
#[must_use]
pub fn left_undone(name: &str, content: &Content, echo: &RemoteRecord, package: &str) -> Option<Parked> {
    match content {
        Content::Document(document) => dropped_tie(name, document, echo, package),
        Content::Payment(payment) => unapplied(name, payment, echo, package),
        _ => None,
    }
}

/// Whether the books come to something else than was meant. Tax that the package reckons is what it says it is (R17); where
/// it is within the total, it may part from the prediction by [`PlannedDocument::tax_slack`].
#[must_use]
pub fn comes_to_other_than(document: &PlannedDocument, echoed: Totals) -> bool {
    let meant = document.totals;
    match document.tax_authority {
        TaxAuthority::Rates => meant != echoed,
        TaxAuthority::Package => meant.subtotal != echoed.subtotal,
        TaxAuthority::WithinTotal => {
            let apart = meant.tax.saturating_sub(echoed.tax).abs();
            meant.total != echoed.total || apart > document.tax_slack
        }
    }
}

fn dropped_tie(name: &str, document: &PlannedDocument, echo: &RemoteRecord, package: &str) -> Option<Parked> {
    let source = document.source.as_ref()?;
    let held = echo.sources.as_ref()?;
    if held.contains(&source.id) {
        return None;
    }
    let reason = format!(
        "{} {name:?} is in {package}, but {package} has not tied it to its {}, which stays open there",
        echo.kind, source.kind
    );
    Some(Parked::new(Code::SourceNotTied, reason).with_candidates([candidate(echo)]))
}

/// What the answer does not tell is not missed.
fn unapplied(name: &str, payment: &PlannedPayment, echo: &RemoteRecord, package: &str) -> Option<Parked> {
    let settled = echo.settled?;
    let elsewhere = echo.parent.as_ref().is_some_and(|document| *document != payment.document);
    if settled.due.is_zero() && !elsewhere {
        return None;
    }
    let amount = if elsewhere { payment.amount.amount } else { settled.due };
    let reason = format!(
        "payment {name:?} is in {package}, but {amount} {currency} of it is not applied to its {document}",
        currency = payment.amount.currency,
        document = payment.document_kind,
    );
    Some(Parked::new(Code::PaymentUnapplied, reason).with_candidates([candidate(echo)]))
}
