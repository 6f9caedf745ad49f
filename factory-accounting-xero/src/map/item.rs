//! Products: items.

use factory_accounting_core::error::ProviderError;
use factory_accounting_core::planned::{PlannedItem, PlannedPrice};
use factory_accounting_core::provider::RemoteRecord;
use factory_accounting_http::json::Number;

use super::XERO;
use crate::wire::item::{ItemWrite, PriceWrite};

/// An item to create: sold and bought as the host says.
pub(crate) fn create(item: &PlannedItem) -> Result<ItemWrite, ProviderError> {
    Ok(ItemWrite {
        is_sold: Some(item.sales.is_some()),
        is_purchased: Some(item.purchases.is_some()),
        ..owned_fields(item)?
    })
}

/// An update of an item. A side that the host does not have stays as it is: switching it off would wipe what people have
/// entered there (xero.md 4.3).
pub(crate) fn update(item: &PlannedItem, base: &RemoteRecord) -> Result<ItemWrite, ProviderError> {
    Ok(ItemWrite {
        id: Some(base.id.as_str().to_owned()),
        is_sold: item.sales.is_some().then_some(true),
        is_purchased: item.purchases.is_some().then_some(true),
        ..owned_fields(item)?
    })
}

fn owned_fields(item: &PlannedItem) -> Result<ItemWrite, ProviderError> {
    XERO.within("code", Some(&item.code), 30)?;
    XERO.within("name", Some(&item.name), 50)?;
    XERO.within("description", item.description.as_deref(), 4_000)?;
    let description = |side: &Option<PlannedPrice>| side.as_ref().and(item.description.clone());
    Ok(ItemWrite {
        code: item.code.clone(),
        name: item.name.clone(),
        description: description(&item.sales),
        purchase_description: description(&item.purchases),
        sales_details: item.sales.as_ref().map(price),
        purchase_details: item.purchases.as_ref().map(price),
        ..ItemWrite::default()
    })
}

fn price(side: &PlannedPrice) -> PriceWrite {
    PriceWrite {
        unit_price: side.unit_price.map(|price| Number(price.0)),
        account_code: side.account.as_ref().map(|account| account.name().to_owned()),
        tax_type: side.tax_code.clone(),
    }
}
