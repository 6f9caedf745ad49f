//! Items: which accounts and tax codes they need (myob.md 3.2).

use super::errors::{Fault, Missing};
use super::save::Draft;
use super::table::Table;
use super::{Books, Context};
use crate::myob::switches::UniqueNumbers;
use rust_decimal::Decimal;

pub(super) fn require(draft: &Draft, missing: &mut Missing) {
    let body = &draft.body;
    let (bought, sold, counted) = (body.flag("IsBought"), body.flag("IsSold"), body.flag("IsInventoried"));
    missing.need(body.filled("Number").is_some(), "Number");
    let mut account = |needed: bool, name: &str| missing.need(!needed || body.link(name).is_some(), name);
    account(sold, "IncomeAccount");
    account(bought && !counted, "ExpenseAccount");
    account(sold && counted, "CostOfSalesAccount");
    account(counted, "AssetAccount");
    for (needed, details) in [(bought, "BuyingDetails"), (sold, "SellingDetails")] {
        let there = body.record(details).is_some_and(|details| details.link("TaxCode").is_some());
        missing.need(!needed || there, &format!("{details}.TaxCode"));
    }
}

impl Books {
    pub(super) fn check_item(&mut self, draft: &mut Draft, ctx: &Context<'_>) -> Result<(), Fault> {
        let body = &mut draft.body;
        body.set_default("IsActive", true);
        if body.filled("Name").is_none() {
            let number = body.text("Number").unwrap_or_default().to_owned();
            body.set("Name", number);
        }
        let price = body.record("SellingDetails").map(|details| details.amount("BaseSellingPrice"));
        body.set("BaseSellingPrice", price.unwrap_or_default());
        if let Some(buying) = body.record_mut("BuyingDetails") {
            buying.set_default("ItemsPerBuyingUnit", Decimal::ONE);
        }
        if let Some(selling) = body.record_mut("SellingDetails") {
            selling.set_default("ItemsPerSellingUnit", Decimal::ONE);
            selling.set_default("CalculateSalesTaxOn", "ActualSellingPrice");
        }
        for name in ["IncomeAccount", "ExpenseAccount", "CostOfSalesAccount", "AssetAccount"] {
            let account = draft.body.link(name).and_then(|uid| self.find(uid));
            if account.is_some_and(|account| account.body.flag("IsHeader")) {
                return Err(Fault::of("AccountHeaderNotAllowed", name));
            }
        }
        let number = draft.body.text("Number").unwrap_or_default();
        let taken = self.shelf(Table::Item).find("Number", number).any(|row| row.uid != draft.uid);
        if taken {
            let fault = Fault::of("Duplicate", "Number").saying(format!("Number {number} is used already"));
            match ctx.switches.item_numbers {
                UniqueNumbers::Reject => return Err(fault),
                UniqueNumbers::Off => self.warnings.push(fault.into_warning()),
            }
        }
        Ok(())
    }
}
