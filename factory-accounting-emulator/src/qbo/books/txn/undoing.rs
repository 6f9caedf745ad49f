//! What deleting and voiding do to linked transactions, and what a voided one looks like (qbo.md 5.0, 11).

use super::lines::detail_name;
use super::sales::already_applied;
use crate::qbo::books::errors::{self, Fault};
use crate::qbo::books::record::Record;
use crate::qbo::books::shelf::Row;
use crate::qbo::books::{Books, Context};
use crate::qbo::switches::{PaidDelete, PaidVoid};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Why payments are released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undoing {
    Delete,
    Void,
}

impl Books {
    /// Frees the payments of a document that is deleted or voided, or refuses (qbo.md 11, 15.2, 15.3).
    pub(super) fn release_payments(&mut self, row: &Arc<Row>, how: Undoing, ctx: &Context<'_>) -> Result<(), Fault> {
        let applied = already_applied(&row.body);
        if applied.is_zero() {
            return Ok(());
        }
        match how {
            Undoing::Delete if ctx.switches.paid_delete == PaidDelete::Refused => {
                let text = "Linked Transaction Cannot Be Deleted : unlink the payments of this transaction first";
                Err(Fault::of(6400, text))
            }
            Undoing::Void if ctx.switches.paid_void == PaidVoid::Refused => {
                Err(errors::business("A transaction with payments can't be voided"))
            }
            _ => self.shrink_payments(row, applied, ctx).map(drop),
        }
    }
}

/// Amounts and quantities are zeroed, links cleared, the note says so (qbo.md 5.0).
pub(super) fn zero(body: &mut Record) {
    let note = match body.text("PrivateNote") {
        Some(old) if !old.is_empty() => format!("Voided - {old}"),
        _ => "Voided".to_owned(),
    };
    body.set("PrivateNote", note.chars().take(4000).collect::<String>());
    for name in ["TotalAmt", "Balance", "UnappliedAmt", "HomeTotalAmt", "HomeBalance", "Deposit"] {
        if body.has(name) {
            body.set(name, Decimal::ZERO);
        }
    }
    if body.shape().position("LinkedTxn").is_some() {
        body.clear("LinkedTxn");
    }
    if let Some(tax) = body.record_mut("TxnTaxDetail") {
        tax.set("TotalTax", Decimal::ZERO);
        tax.clear("TaxLine");
    }
    // The lines of a payment are nothing but links.
    if body.has("UnappliedAmt") || body.has("PayType") {
        body.clear("Line");
    }
    for line in body.list_mut("Line").into_iter().flatten() {
        zero_line(line);
    }
}

fn zero_line(line: &mut Record) {
    if line.has("Amount") {
        line.set("Amount", Decimal::ZERO);
    }
    line.clear("LinkedTxn");
    let name = detail_name(line);
    let Some(own) = line.record_mut(name) else { return };
    for figure in ["Qty", "TaxInclusiveAmt"] {
        if own.has(figure) {
            own.set(figure, Decimal::ZERO);
        }
    }
}
