//! Products: items. The code is the stock keeping unit, the name is the name (qbo.md 5.5).

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::planned::{AccountRef, PlannedItem, PlannedPrice};
use factory_accounting_core::provider::RemoteRecord;
use factory_accounting_http::json::Number;

use super::{QUICKBOOKS, head};
use crate::capability::{ITEM_CODE, ITEM_NAME};
use crate::config::Region;
use crate::names::FORBIDDEN;
use crate::wire::write::RefWrite;
use crate::wire::write::item::ItemWrite;

/// Longest text on the buying side; the selling side takes four times as much.
const PURCHASE_TEXT: usize = 1_000;

/// An item to create: one whose stock QuickBooks does not count, because the host does.
pub(crate) fn create(region: Region, item: &PlannedItem) -> Result<ItemWrite, ProviderError> {
    if item.sales.is_none() && item.purchases.is_none() {
        return Err(
            QUICKBOOKS.refused("sales", "is missing, and so is purchases: QuickBooks needs an account for one of them")
        );
    }
    let mut write = owned_fields(region, item)?;
    write.item_type = Some("NonInventory");
    write.income_account_ref = account("sales.account", item.sales.as_ref())?;
    write.expense_account_ref = account("purchases.account", item.purchases.as_ref())?;
    Ok(write)
}

/// An update of an item. Its type and accounts stay as they are: another account would rewrite what has been posted under
/// the old one (R21).
pub(crate) fn update(region: Region, item: &PlannedItem, base: &RemoteRecord) -> Result<ItemWrite, ProviderError> {
    Ok(ItemWrite { head: head(base, true)?, ..owned_fields(region, item)? })
}

fn owned_fields(region: Region, item: &PlannedItem) -> Result<ItemWrite, ProviderError> {
    QUICKBOOKS.within("code", Some(&item.code), ITEM_CODE)?;
    QUICKBOOKS.within("name", Some(&item.name), ITEM_NAME)?;
    if let Some(found) = item.name.chars().find(|character| FORBIDDEN.contains(character)) {
        return Err(
            QUICKBOOKS.refused("name", format!("holds {found:?}, which QuickBooks refuses in names: leave it out"))
        );
    }
    let text = |side: &Option<PlannedPrice>| side.as_ref().and(item.description.clone());
    let (sold, bought) = (text(&item.sales), text(&item.purchases));
    QUICKBOOKS.within("description", sold.as_deref(), crate::capability::LINE_TEXT)?;
    QUICKBOOKS.within("description", bought.as_deref(), PURCHASE_TEXT)?;
    let price =
        |side: &Option<PlannedPrice>| side.as_ref().and_then(|side| side.unit_price).map(|price| Number(price.0));
    let tax = |side: &Option<PlannedPrice>| side.as_ref().and_then(|side| side.tax_code.clone());
    let mut write = ItemWrite {
        name: Some(item.name.trim().to_owned()),
        sku: Some(item.code.clone()),
        description: sold,
        unit_price: price(&item.sales),
        purchase_desc: bought,
        purchase_cost: price(&item.purchases),
        ..ItemWrite::default()
    };
    match region {
        // Sales are taxable or not, purchases carry no sales tax (qbo.md 12.2).
        Region::UnitedStates => write.taxable = tax(&item.sales).map(|code| code == "TAX"),
        Region::International => {
            write.sales_tax_code_ref = tax(&item.sales).map(RefWrite::new);
            write.purchase_tax_code_ref = tax(&item.purchases).map(RefWrite::new);
        }
    }
    Ok(write)
}

fn account(path: &str, side: Option<&PlannedPrice>) -> Result<Option<RefWrite>, ProviderError> {
    let Some(side) = side else { return Ok(None) };
    let account: Option<&AccountRef> = side.account.as_ref();
    match account {
        Some(account) => Ok(Some(RefWrite::from(&account.id))),
        None => Err(QUICKBOOKS.refused(path, "is missing: QuickBooks posts the item there, so name an account")),
    }
}
