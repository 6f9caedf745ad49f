//! Whether and how a record can be made to count no more (R2): asked before the host changes its own state.

use serde::{Deserialize, Serialize};

use super::{applied_text, release};
use crate::code::{Code, Parked};
use crate::model::RecordKind;
use crate::money::Currency;
use crate::provider::{RemoteStatus, Settled};

/// How a record is made to count no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoidForm {
    /// It has never counted, or leaves no trace in the accounts: it is removed.
    Delete,
    /// It has counted: it stays visible and counts no more.
    Void,
    /// It is kept but not used.
    Archive,
    /// Nothing is left to do.
    AlreadyDone,
}

/// Says how a record can be voided. `settled` and its `currency` are what the books say now.
///
/// # Errors
/// [`Code::VoidSettled`] where money has been applied, with the amounts; [`Code::RemoteState`] where the state in the
/// books is none that such a record should have.
pub fn may_void(
    kind: RecordKind,
    status: &RemoteStatus,
    settled: Option<&Settled>,
    currency: Currency,
) -> Result<VoidForm, Parked> {
    if status.is_gone() {
        return Ok(VoidForm::AlreadyDone);
    }
    match kind {
        RecordKind::Customer | RecordKind::Supplier | RecordKind::Job => Ok(match status {
            RemoteStatus::Archived => VoidForm::AlreadyDone,
            _ => VoidForm::Archive,
        }),
        RecordKind::Product | RecordKind::Payment | RecordKind::Allocation => Ok(VoidForm::Delete),
        RecordKind::Quote | RecordKind::PurchaseOrder => match status {
            RemoteStatus::Other(_) | RemoteStatus::Archived => Err(state_refusal(kind, status)),
            _ => Ok(VoidForm::Delete),
        },
        RecordKind::Order | RecordKind::Invoice | RecordKind::CreditNote | RecordKind::Bill => {
            claim_form(kind, status, settled, currency)
        }
        RecordKind::Expense => Err(state_refusal(kind, status)),
    }
}

/// Documents that money can be applied to.
fn claim_form(
    kind: RecordKind,
    status: &RemoteStatus,
    settled: Option<&Settled>,
    currency: Currency,
) -> Result<VoidForm, Parked> {
    if let Some(applied) = applied_text(settled, currency) {
        return Err(settled_refusal(kind, &applied));
    }
    match status {
        RemoteStatus::Draft | RemoteStatus::Submitted => Ok(VoidForm::Delete),
        // Held as a quote that the customer has accepted.
        RemoteStatus::Accepted if kind == RecordKind::Order => Ok(VoidForm::Delete),
        RemoteStatus::Open => Ok(VoidForm::Void),
        RemoteStatus::Paid => Err(settled_refusal(kind, "paid in full")),
        _ => Err(state_refusal(kind, status)),
    }
}

fn settled_refusal(kind: RecordKind, applied: &str) -> Parked {
    let instead = match kind {
        RecordKind::CreditNote => "",
        RecordKind::Bill => ", or enter the supplier's credit there",
        _ => ", or write a credit note",
    };
    Parked::new(Code::VoidSettled, format!("{kind} cannot be voided: {applied}; {}{instead}", release(kind)))
}

fn state_refusal(kind: RecordKind, status: &RemoteStatus) -> Parked {
    let reason =
        format!("{kind} cannot be voided: its state in the accounting package is \"{status}\"; void it there by hand");
    Parked::new(Code::RemoteState, reason)
}
