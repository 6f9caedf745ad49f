//! Products as items of the package.

use super::Context;
use super::accounts::{account_in_the_books, resolve_account};
use super::draft::{Halt, target};
use super::taxes::resolve_tax;
use super::trail::Step;
use crate::capability::LineItems;
use crate::code::Parked;
use crate::model::{PriceSide, Product, RecordKey};
use crate::planned::{Content, PlannedItem, PlannedPrice};
use crate::provider::{ProbeTarget, TradeSide};

/// The item that a product becomes.
pub(super) fn item(key: &RecordKey, product: &Product, context: &Context<'_>) -> Result<(Content, ProbeTarget), Halt> {
    context.trace(format_args!("content"), || Step::rule("the kind of the record", &"item"));
    context.trace(format_args!("code"), || Step::host("code", &product.code));
    context.trace(format_args!("name"), || Step::host("name", &product.name));
    context.trace(format_args!("description"), || Step::host("description", &product.description));
    let content = Content::Item(PlannedItem {
        code: product.code.clone(),
        name: product.name.clone(),
        description: product.description.clone(),
        sales: price(key, product, product.sales.as_ref(), TradeSide::Sales, context)?,
        purchases: price(key, product, product.purchases.as_ref(), TradeSide::Purchases, context)?,
    });
    Ok((content, target(key.kind, product.code.clone())))
}

fn price(
    key: &RecordKey,
    product: &Product,
    side: Option<&PriceSide>,
    side_of_trade: TradeSide,
    context: &Context<'_>,
) -> Result<Option<PlannedPrice>, Parked> {
    let path = side_of_trade.label();
    let Some(side) = side else {
        context.trace(format_args!("{path}"), || Step::host(path, &None::<PriceSide>));
        return Ok(None);
    };
    context.trace(format_args!("{path}.unit_price"), || Step::host(format!("{path}.unit_price"), &side.unit_price));
    // Where documents post through their items, an item has to know where it posts (F98, F99).
    let through_items = context.capabilities.records.values().any(|own| own.line_items != LineItems::Optional);
    let accounts = &context.settings.accounts;
    let usual = match side_of_trade {
        TradeSide::Sales => accounts.sales.as_deref(),
        TradeSide::Purchases => accounts.purchases.as_deref(),
    };
    context.trace(format_args!("{path}.account"), || Step::host(format!("{path}.account"), &side.account));
    if side.account.is_none() {
        context.trace(format_args!("{path}.account"), || match through_items {
            true => Step::setting(format!("accounts.{path}"), &usual),
            false => Step::capability("lines name accounts themselves", &None::<String>),
        });
    }
    let account = side.account.as_deref().or(usual.filter(|_| through_items));
    let account = account
        .map(|code| resolve_account(code, &format!("{path}.account"), &product.code, key.kind, context))
        .transpose()?;
    if let Some(account) = &account {
        context.trace(format_args!("{path}.account"), || account_in_the_books(account));
    }
    let term = side.tax.as_deref();
    context.trace(format_args!("{path}.tax_code"), || Step::host(format!("{path}.tax"), &term));
    let tax_code = term
        .map(|term| resolve_tax(Some(term), side_of_trade, &format!("{path}.tax"), &product.code, key.kind, context))
        .transpose()?
        .map(|tax| tax.code.code.clone());
    if let Some(code) = &tax_code {
        context.trace(format_args!("{path}.tax_code"), || {
            Step::books("the tax code that the term stands for in the settings (taxes), or that it is itself", code)
        });
    }
    Ok(Some(PlannedPrice { unit_price: side.unit_price, account, tax_code }))
}
