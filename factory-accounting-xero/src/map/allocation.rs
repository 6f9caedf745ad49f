//! Parts of credit notes set off against invoices.
//!
//! Xero files an allocation under its credit note and has no way to read it by its own id, so that its id here is
//! `<credit note>/<allocation>`.

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::planned::PlannedAllocation;
use factory_accounting_http::json::Number;
use uuid::Uuid;

use super::XERO;
use crate::wire::payment::{AllocationWrite, InvoiceRef};

/// An allocation to create. Only new ones are ever sent (xero.md 4.10).
pub(crate) fn create(allocation: &PlannedAllocation) -> AllocationWrite {
    AllocationWrite {
        invoice: InvoiceRef { id: allocation.invoice.as_str().to_owned() },
        amount: Number(allocation.amount.amount),
        date: allocation.date,
    }
}

/// The id under which an allocation is known here.
pub(crate) fn compose(credit_note: &str, allocation: &str) -> RemoteId {
    RemoteId::new(format!("{credit_note}/{allocation}"))
}

/// Credit note and allocation of such an id.
pub(crate) fn split(id: &RemoteId) -> Result<(&str, &str), ProviderError> {
    id.as_str()
        .split_once('/')
        .filter(|(credit_note, allocation)| Uuid::try_parse(credit_note).is_ok() && Uuid::try_parse(allocation).is_ok())
        .ok_or_else(|| {
            XERO.refused("id", format!("{id:?} is not an allocation's id: expected <credit note>/<allocation>"))
        })
}
