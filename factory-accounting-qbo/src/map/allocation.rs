//! Parts of credit memos set off against invoices: payments over nothing that tie the two (qbo.md 5.15).

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::planned::PlannedAllocation;
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;

use super::{QUICKBOOKS, named};
use crate::endpoint::Entity;
use crate::remote_id;
use crate::wire::write::RefWrite;
use crate::wire::write::payment::{AppliedWrite, PaymentWrite};

/// An allocation to create: both sides with the same amount, and no money.
pub(crate) fn create(allocation: &PlannedAllocation) -> Result<PaymentWrite, ProviderError> {
    let party = allocation.party.as_ref().ok_or_else(|| {
        let message = format!("is for a customer that is not known: read {} from QuickBooks anew", allocation.invoice);
        QUICKBOOKS.refused("allocations", message)
    })?;
    let amount = Number(allocation.amount.amount);
    let part = |id: &RemoteId, entity: Entity| -> Result<AppliedWrite, ProviderError> {
        Ok(AppliedWrite::new(amount, remote_id::bare(id, entity)?, entity.name()))
    };
    Ok(PaymentWrite {
        customer_ref: named(party, Entity::Customer)?,
        txn_date: allocation.date,
        currency_ref: RefWrite::new(allocation.amount.currency.code()),
        total_amt: Number(Decimal::ZERO),
        payment_ref_num: None,
        deposit_to_account_ref: None,
        line: vec![part(&allocation.invoice, Entity::Invoice)?, part(&allocation.credit_note, Entity::CreditMemo)?],
    })
}
