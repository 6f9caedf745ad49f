//! Products: items (myob.md 3.2). The code is the item's number.

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::planned::{AccountRef, PlannedItem, PlannedPrice};
use factory_accounting_core::provider::RemoteRecord;
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;

use super::{MYOB, carry, filled, unwritable};
use crate::capability::{ITEM_CODE, ITEM_NAME, LINE_TEXT};
use crate::profile::FileProfile;
use crate::wire::members::Members;
use crate::wire::write::LinkWrite;
use crate::wire::write::item::{BuyingWrite, ItemWrite, SellingWrite};

/// An item to create: one whose stock MYOB does not count, because the host does.
pub(crate) fn create(item: &PlannedItem, profile: &FileProfile) -> Result<Members, ProviderError> {
    if item.sales.is_none() && item.purchases.is_none() {
        return Err(MYOB.refused("sales", "is missing, and so is purchases: an item in MYOB is sold, bought, or both"));
    }
    let mut write = owned(item)?;
    write.is_active = Some(true);
    write.is_inventoried = Some(false);
    write.use_description = write.description.is_some().then_some(true);
    write.is_sold = Some(item.sales.is_some());
    write.is_bought = Some(item.purchases.is_some());
    write.income_account = account("sales.account", item.sales.as_ref())?;
    write.expense_account = account("purchases.account", item.purchases.as_ref())?;
    let mut body = Members::of(&write).map_err(|error| unwritable(&error))?;
    set_sides(&mut body, item, profile)?;
    Ok(body)
}

/// An update of an item. Accounts and whether stock is counted stay as they are: another account would post elsewhere from
/// then on (R21). A side that the item did not have is opened.
pub(crate) fn update(item: &PlannedItem, base: &RemoteRecord, profile: &FileProfile) -> Result<Members, ProviderError> {
    let mut body = carry::of(base, &[carry::ITEM])?;
    let mut write = owned(item)?;
    let has = |name: &str| body.read::<bool>(name) == Some(true);
    if item.sales.is_some() && !has("IsSold") {
        write.is_sold = Some(true);
        write.income_account = account("sales.account", item.sales.as_ref())?;
    }
    if item.purchases.is_some() && !has("IsBought") {
        write.is_bought = Some(true);
        write.expense_account = account("purchases.account", item.purchases.as_ref())?;
    }
    body.overlay(&write).map_err(|error| unwritable(&error))?;
    set_sides(&mut body, item, profile)?;
    Ok(body)
}

fn owned(item: &PlannedItem) -> Result<ItemWrite, ProviderError> {
    MYOB.within("code", Some(&item.code), ITEM_CODE)?;
    MYOB.within("name", Some(&item.name), ITEM_NAME)?;
    let description = filled(item.description.as_deref());
    MYOB.within("description", description.as_deref(), LINE_TEXT)?;
    Ok(ItemWrite {
        number: item.code.trim().to_owned(),
        name: item.name.trim().to_owned(),
        description,
        ..ItemWrite::default()
    })
}

/// Prices and tax codes, which every side needs (myob.md 3.2). Prices are net: the host's price list is.
fn set_sides(body: &mut Members, item: &PlannedItem, profile: &FileProfile) -> Result<(), ProviderError> {
    if let Some(side) = &item.sales {
        let net = side.unit_price.map(|_| false);
        let write = SellingWrite {
            base_selling_price: price("sales.unit_price", side)?,
            is_tax_inclusive: net,
            tax_code: tax_code(body, "SellingDetails", side, profile.customer_tax_code.as_ref())?,
        };
        body.overlay_within("SellingDetails", &write).map_err(|error| unwritable(&error))?;
    }
    if let Some(side) = &item.purchases {
        let net = side.unit_price.map(|_| false);
        let write = BuyingWrite {
            standard_cost: price("purchases.unit_price", side)?,
            standard_cost_tax_inclusive: net,
            tax_code: tax_code(body, "BuyingDetails", side, profile.supplier_tax_code.as_ref())?,
        };
        body.overlay_within("BuyingDetails", &write).map_err(|error| unwritable(&error))?;
    }
    Ok(())
}

fn price(path: &str, side: &PlannedPrice) -> Result<Option<Number>, ProviderError> {
    match side.unit_price {
        Some(price) if price.0 < Decimal::ZERO => {
            Err(MYOB.refused(path, format!("{} is below zero, which MYOB refuses: leave it out", price.0)))
        }
        price => Ok(price.map(|price| Number(price.0))),
    }
}

/// The host's, else the one that the item has, else the file's usual one.
fn tax_code(
    body: &Members,
    name: &str,
    side: &PlannedPrice,
    usual: Option<&factory_accounting_core::ids::RemoteId>,
) -> Result<Option<LinkWrite>, ProviderError> {
    let held = body.read::<Members>(name).and_then(|details| details.link("TaxCode"));
    match (&side.tax_code, held, usual) {
        (Some(code), _, _) => Ok(Some(LinkWrite::new(code.clone()))),
        (None, Some(_), _) => Ok(None),
        (None, None, Some(usual)) => Ok(Some(LinkWrite::from(usual))),
        (None, None, None) => {
            let path = if name == "BuyingDetails" { "purchases.tax" } else { "sales.tax" };
            Err(MYOB.refused(path, "is missing, and the company file has no usual one: name a tax code"))
        }
    }
}

fn account(path: &str, side: Option<&PlannedPrice>) -> Result<Option<LinkWrite>, ProviderError> {
    let Some(side) = side else { return Ok(None) };
    let account: Option<&AccountRef> = side.account.as_ref();
    match account {
        Some(account) => Ok(Some(LinkWrite::from(&account.id))),
        None => Err(MYOB.refused(path, "is missing: MYOB posts the item there, so name an account")),
    }
}
