//! Parts of credit notes set off against invoices: settlements (myob.md 3.6).

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::planned::PlannedAllocation;
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;

use super::{MYOB, category, named, unwritable};
use crate::profile::FileProfile;
use crate::remote_id::{self, Collection};
use crate::wire::members::Members;
use crate::wire::write::payment::{SettledSaleWrite, SettlementWrite};
use crate::wire::write::{Day, LinkWrite};

/// A settlement to create: as much of the credit note as goes to the invoice.
pub(crate) fn create(allocation: &PlannedAllocation, profile: &FileProfile) -> Result<Members, ProviderError> {
    let party = allocation.party.as_ref().ok_or_else(|| {
        MYOB.refused(
            "allocations",
            format!("is for a customer that is not known: read {} from MYOB anew", allocation.invoice),
        )
    })?;
    if allocation.amount.amount <= Decimal::ZERO {
        return Err(MYOB.refused("allocations", format!("is {}: give an amount above 0", allocation.amount.amount)));
    }
    let amount = Number(allocation.amount.amount);
    let write = SettlementWrite {
        credit_from_invoice: sale(&allocation.credit_note)?,
        customer: named(party, Collection::Customer)?,
        date: Day(allocation.date),
        credit_amount: amount,
        category: category(profile)?,
        lines: [SettledSaleWrite { sale_type: "Invoice", sale: sale(&allocation.invoice)?, amount_applied: amount }],
    };
    Members::of(&write).map_err(|error| unwritable(&error))
}

fn sale(id: &RemoteId) -> Result<LinkWrite, ProviderError> {
    match remote_id::split(id) {
        Some((Collection::Invoice(_), uid)) => Ok(LinkWrite::new(uid)),
        _ => Err(MYOB.unsupported("allocations", format!("{id} is no invoice in MYOB: link the record anew"))),
    }
}
