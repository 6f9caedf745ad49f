//! Rules about records: which occasion sends them, what may still change and what may still be voided once the books hold
//! them, how much of an order is invoiced and of an invoice paid, and which dates stay out. Pure: every function answers from
//! its arguments alone.

mod answers;
mod cutoff;
mod differences;
mod edit_lock;
mod occasion;
mod payment_state;
mod progress;
mod same_thing;
#[cfg(test)]
mod tests;
mod void;

pub use answers::{Answer, Fix, answers, fix, takes};
pub use cutoff::{before_start, in_closed_period};
pub(crate) use differences::paired;
pub use differences::{LineDifferences, canonical_text, line_differences};
pub use edit_lock::{EditLock, LockScope, edit_lock};
pub use occasion::{Action, action, kind_switched_off, switched_off, waits_as_edit};
pub use payment_state::{PaymentState, payment_state};
pub use progress::{InvoicingState, OrderProgress, ProgressWarning, exceeds, order_progress, with_invoice};
pub use same_thing::same_thing;
pub use void::{VoidForm, may_void};

use rust_decimal::Decimal;

use crate::model::RecordKind;
use crate::money::{Currency, Money};
use crate::provider::Settled;

/// How what has been applied to a document is taken off again.
fn release(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::CreditNote => "remove the allocation or refund in the accounting package first",
        _ => "remove the payment or credit in the accounting package first",
    }
}

/// What has been applied, for a person: `115.00 NZD paid and 20.00 NZD credited`. `None` where nothing has.
fn applied_text(settled: Option<&Settled>, currency: Currency) -> Option<String> {
    let settled = settled?;
    let parts: Vec<String> = [(settled.paid, "paid"), (settled.credited, "credited")]
        .into_iter()
        .filter(|(amount, _)| *amount != Decimal::ZERO)
        .map(|(amount, how)| format!("{} {how}", Money::new(amount, currency)))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}
