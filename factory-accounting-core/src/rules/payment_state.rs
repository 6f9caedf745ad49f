//! How far a document is paid, in the words of a status column (L20).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::model::RecordKind;
use crate::provider::RemoteStatus;
use crate::settings::{PaymentsIn, Settings};
use crate::store::{Link, Progress};

/// How far a document is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PaymentState {
    /// Nothing is known of payments: the document is not in the books, or is none that is paid.
    NotApplicable,
    /// Nothing has been paid.
    Unpaid {
        /// What is owed, tax included, in the document's currency.
        due: Decimal,
    },
    /// A part has been paid.
    PartlyPaid {
        /// How much, credits included, in the document's currency.
        paid: Decimal,
        /// What is left.
        due: Decimal,
    },
    /// All of it has been paid, or nothing was to pay.
    Paid,
}

/// How far an invoice or bill is paid, given its link and the payments and credits that the host has pushed for it. Whether
/// these count, or what the package was last seen to hold, is for the settings to say (F83, F84, F85, L22). Where neither
/// side's payments are known, nothing is.
#[must_use]
pub fn payment_state(link: Option<&Link>, own: &[Progress], settings: &Settings) -> PaymentState {
    let link = link.filter(|link| !link.status.is_gone() && is_paid(link.key.kind));
    let Some((link, totals)) = link.and_then(|link| Some((link, link.totals?))) else {
        return PaymentState::NotApplicable;
    };
    match settings.payments_in {
        PaymentsIn::Count if link.status == RemoteStatus::Paid => PaymentState::Paid,
        PaymentsIn::Count => of_total(totals.total, link.settled.map_or(Decimal::ZERO, |settled| settled.applied())),
        PaymentsIn::Ignore if !settings.sends(RecordKind::Payment) => PaymentState::NotApplicable,
        PaymentsIn::Ignore => {
            let applied = own.iter().fold(Decimal::ZERO, |sum, part| sum.saturating_add(part.net));
            of_total(totals.total, applied)
        }
    }
}

fn is_paid(kind: RecordKind) -> bool {
    matches!(kind, RecordKind::Invoice | RecordKind::Bill)
}

fn of_total(total: Decimal, applied: Decimal) -> PaymentState {
    let due = total.saturating_sub(applied);
    if due <= Decimal::ZERO {
        PaymentState::Paid
    } else if applied <= Decimal::ZERO {
        PaymentState::Unpaid { due }
    } else {
        PaymentState::PartlyPaid { paid: applied, due }
    }
}
