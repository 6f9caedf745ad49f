//! Payments of invoices and bills, refunds of credit notes.

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::planned::{self, PlannedPayment};
use factory_accounting_http::json::Number;

use super::XERO;
use crate::wire::payment::{AccountRef, CreditNoteRef, InvoiceRef, PaymentWrite};

/// A payment to create. Its reference is what it is found by (xero.md 7.3).
pub(crate) fn create(payment: &PlannedPayment) -> Result<PaymentWrite, ProviderError> {
    XERO.within("number", Some(&payment.reference), 255)?;
    if payment.reference.trim().is_empty() {
        return Err(XERO.refused("number", "is empty: a payment without a number cannot be found again in Xero"));
    }
    let document = payment.document.as_str().to_owned();
    let (invoice, credit_note) = match payment.document_kind {
        RecordKind::Invoice | RecordKind::Order | RecordKind::Bill => (Some(InvoiceRef { id: document }), None),
        RecordKind::CreditNote => (None, Some(CreditNoteRef { id: document })),
        other => return Err(XERO.unsupported("target", format!("Xero takes no payment for a {other}"))),
    };
    Ok(PaymentWrite {
        invoice,
        credit_note,
        account: account(&payment.account),
        date: payment.date,
        amount: Number(payment.amount.amount),
        reference: payment.reference.clone(),
    })
}

// Bank accounts may have no code and are then named by id (xero.md 4.4).
fn account(account: &planned::AccountRef) -> AccountRef {
    match &account.code {
        Some(code) => AccountRef::Code(code.clone()),
        None => AccountRef::Id(account.id.as_str().to_owned()),
    }
}
