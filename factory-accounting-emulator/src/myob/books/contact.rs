//! Customers, suppliers and personal contacts (myob.md 3.1).

use super::errors::{self, Fault, Missing};
use super::save::Draft;
use super::table::{Form, Table};
use super::{Books, Context};
use crate::myob::switches::UniqueNumbers;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

/// A card without a number of its own (myob.md 3.1).
const NO_DISPLAY_ID: &str = "*None";

fn details(table: Table) -> Option<&'static str> {
    match table {
        Table::Customer => Some("SellingDetails"),
        Table::Supplier => Some("BuyingDetails"),
        _ => None,
    }
}

pub(super) fn require(draft: &Draft, missing: &mut Missing) {
    let body = &draft.body;
    missing.need(body.has("IsIndividual"), "IsIndividual");
    if body.flag("IsIndividual") {
        missing.need(body.filled("LastName").is_some(), "LastName");
        missing.need(body.filled("FirstName").is_some(), "FirstName");
    } else {
        missing.need(body.filled("CompanyName").is_some(), "CompanyName");
    }
    if let Some(details) = details(draft.table) {
        for name in ["TaxCode", "FreightTaxCode"] {
            let there = body.record(details).is_some_and(|details| details.link(name).is_some());
            missing.need(there, &format!("{details}.{name}"));
        }
    }
}

impl Books {
    /// What of a card's invoices or bills is open beyond its day.
    pub(super) fn past_due(&self, card: Uuid, today: NaiveDate) -> Decimal {
        let form = match self.derived.place(card) {
            Some(Table::Customer) => Form::Invoice,
            Some(Table::Supplier) => Form::Bill,
            _ => return Decimal::ZERO,
        };
        let (party, card) = (format!("{}/UID", form.party()), card.to_string());
        let rows = form.tables().flat_map(|table| self.shelf(table).find(&party, &card));
        let late = rows.filter(|row| {
            row.body.text("Status") == Some("Open")
                && row.body.record("Terms").and_then(|terms| terms.day("DueDate")).is_some_and(|due| due < today)
        });
        late.map(|row| row.body.amount("BalanceDueAmount")).sum()
    }

    pub(super) fn check_card(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        let table = draft.table;
        let body = &mut draft.body;
        body.set_default("IsActive", true);
        if body.filled("DisplayID").is_none() {
            body.set("DisplayID", NO_DISPLAY_ID);
        }
        for (at, address) in body.list("Addresses").iter().enumerate() {
            let location = address.amount("Location");
            if location < 1.into() || location > 5.into() {
                return Err(errors::invalid(format!("Addresses[{at}].Location"), "Location must be from 1 to 5"));
            }
        }
        if let Some(name) = details(table)
            && let Some(details) = body.record_mut(name)
        {
            let abn = details.filled("ABN").map(str::to_owned);
            if let Some(abn) = abn {
                let digits = abn.bytes().filter(u8::is_ascii_digit).count();
                if digits != 11 || abn.bytes().any(|byte| !byte.is_ascii_digit() && byte != b' ') {
                    let message = "ABN Must be 11 digits and formatted as XX XXX XXX XXX";
                    return Err(errors::invalid(format!("{name}.ABN"), message));
                }
            }
            let layout = if table == Table::Customer { "SaleLayout" } else { "PurchaseLayout" };
            details.set_default(layout, "NoDefault");
        }
        let id = draft.body.text("DisplayID").unwrap_or(NO_DISPLAY_ID);
        let taken = id != NO_DISPLAY_ID && self.shelf(table).find("DisplayID", id).any(|row| row.uid != draft.uid);
        if taken {
            let fault = Fault::of("Duplicate", "DisplayID").saying(format!("DisplayID {id} is used already"));
            match ctx.switches.display_ids {
                UniqueNumbers::Reject => return Err(fault),
                UniqueNumbers::Off => self.warnings.push(fault.into_warning()),
            }
        }
        Ok(())
    }
}
