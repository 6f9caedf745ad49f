//! QuickBooks' lists as catalogue entries.

use std::collections::BTreeMap;

use factory_accounting_core::ids::{OrganisationId, RemoteId};
use factory_accounting_core::provider::{
    Account, AccountClass, CatalogueEntry, Item, Notice, Organisation, RemoteJob, TaxCode, TaxComponent, Terms,
    TradeSide,
};
use rust_decimal::Decimal;

use super::import;
use crate::endpoint::Entity;
use crate::remote_id;
use crate::wire::item::Item as WireItem;
use crate::wire::lists as wire;
use crate::wire::party::Name;
use crate::wire::reference::Ref;

/// The company (qbo.md 5.1, 5.2).
pub(crate) fn organisation(
    realm: &OrganisationId,
    company: wire::CompanyInfo,
    preferences: &wire::Preferences,
) -> Result<Organisation, &'static str> {
    let name = company.company_name.ok_or("a company without a name")?;
    let home = home_currency(preferences).ok_or("a company without a known currency")?;
    let mut organisation = Organisation::new(realm.clone(), name, home);
    organisation.country = company.country;
    organisation.locked_until = preferences.accounting_info_prefs.as_ref().and_then(|prefs| prefs.book_close_date);
    if preferences.sales_forms_prefs.as_ref().and_then(|prefs| prefs.auto_apply_credit) == Some(true) {
        // What it has done is read back with every payment (qbo.md 5.15).
        organisation.notices.push(Notice::AppliesCredits);
    }
    organisation.plan = company
        .name_value
        .into_iter()
        .find(|fact| fact.name.as_deref() == Some("OfferingSku"))
        .and_then(|fact| fact.value);
    Ok(organisation)
}

/// The currency that the books are kept in.
pub(crate) fn home_currency(preferences: &wire::Preferences) -> Option<factory_accounting_core::money::Currency> {
    preferences.currency_prefs.as_ref()?.home_currency.as_ref()?.value.as_deref()?.parse().ok()
}

/// An account; `None` for one of a class that this version does not know, which nothing could be booked to knowingly.
/// Documents name accounts by their bare id.
pub(crate) fn account(read: wire::Account) -> Result<Option<CatalogueEntry>, &'static str> {
    let id = read.id.ok_or("an account without an id")?;
    let account_type = read.account_type.unwrap_or_default();
    let Some(class) = class(read.classification.as_deref(), &account_type) else {
        tracing::warn!(account_type, class = read.classification, "account of an unknown class left out");
        return Ok(None);
    };
    let name = read.fully_qualified_name.or(read.name).unwrap_or_default();
    let mut account = Account::new(RemoteId::new(id), read.acct_num, name, class);
    let kind = account_type.as_str();
    // Money moves through banks and cards; receivables and payables are QuickBooks' own.
    account.usable_on_lines =
        !matches!(kind, "Bank" | "Credit Card" | "Accounts Receivable" | "Accounts Payable" | "Non-Posting");
    // Payments may wait among the undeposited funds, an asset (qbo.md 5.16).
    account.usable_for_payments = matches!(kind, "Bank" | "Credit Card" | "Other Current Asset");
    account.card = kind == "Credit Card";
    account.active = read.active != Some(false);
    account.default_tax = read.tax_code_ref.and_then(|code| code.value);
    Ok(Some(CatalogueEntry::Account(account)))
}

fn class(classification: Option<&str>, account_type: &str) -> Option<AccountClass> {
    match classification.unwrap_or_default() {
        "Asset" => return Some(AccountClass::Asset),
        "Liability" => return Some(AccountClass::Liability),
        "Equity" => return Some(AccountClass::Equity),
        "Revenue" => return Some(AccountClass::Income),
        "Expense" => return Some(AccountClass::Expense),
        _ => {}
    }
    match account_type {
        "Bank" | "Accounts Receivable" | "Other Current Asset" | "Fixed Asset" | "Other Asset" => {
            Some(AccountClass::Asset)
        }
        "Accounts Payable" | "Credit Card" | "Other Current Liability" | "Long Term Liability" => {
            Some(AccountClass::Liability)
        }
        "Equity" => Some(AccountClass::Equity),
        "Income" | "Other Income" => Some(AccountClass::Income),
        "Cost of Goods Sold" | "Expense" | "Other Expense" => Some(AccountClass::Expense),
        _ => None,
    }
}

/// The tax codes with the rates that they are made of (qbo.md 5.7). In the United States the two codes have no rates:
/// QuickBooks reckons the tax itself.
pub(crate) fn tax_codes(
    codes: Vec<wire::TaxCode>,
    rates: Vec<wire::TaxRate>,
) -> Result<Vec<CatalogueEntry>, &'static str> {
    let rates: BTreeMap<String, (String, Decimal)> = rates
        .into_iter()
        .filter_map(|rate| Some((rate.id?, (rate.name.unwrap_or_default(), rate.rate_value?.0))))
        .collect();
    codes.into_iter().map(|code| tax_code(code, &rates)).collect()
}

fn tax_code(read: wire::TaxCode, rates: &BTreeMap<String, (String, Decimal)>) -> Result<CatalogueEntry, &'static str> {
    let id = read.id.ok_or("a tax code without an id")?;
    let mut tax = TaxCode::new(id, read.name.unwrap_or_default(), Decimal::ZERO);
    tax.active = read.active != Some(false) && read.hidden != Some(true);
    let sides = [(read.sales_tax_rate_list, TradeSide::Sales), (read.purchase_tax_rate_list, TradeSide::Purchases)];
    for (list, side) in sides {
        let details = list.map(|list| list.tax_rate_detail).unwrap_or_default();
        tax.components.extend(components(details, side, rates)?);
    }
    let headline = tax.rate_on(TradeSide::Sales).or_else(|| tax.rate_on(TradeSide::Purchases));
    tax.rate = headline.unwrap_or_default();
    Ok(CatalogueEntry::TaxCode(tax))
}

/// The rates of one side, each as a share of the amount before tax: one that is reckoned on top of those before it comes to
/// more than its own figure says.
fn components(
    mut details: Vec<wire::RateDetail>,
    side: TradeSide,
    rates: &BTreeMap<String, (String, Decimal)>,
) -> Result<Vec<TaxComponent>, &'static str> {
    details.sort_by_key(|detail| detail.tax_order.unwrap_or_default());
    let mut found: Vec<TaxComponent> = Vec::with_capacity(details.len());
    for detail in details {
        let id = detail.tax_rate_ref.and_then(|rate| rate.value).ok_or("a tax code with a rate without an id")?;
        let (name, rate) = rates.get(&id).ok_or("a tax code with a rate that is not listed")?;
        let before = found.iter().fold(Decimal::ZERO, |sum, component| sum.saturating_add(component.rate));
        let share = match detail.tax_type_applicable.as_deref() {
            None | Some("TaxOnAmount") => Some(*rate),
            Some("TaxOnAmountPlusTax") => share(*rate, Decimal::ONE_HUNDRED.saturating_add(before)),
            Some("TaxOnTax") => share(*rate, before),
            Some(_) => return Err("a tax code with a rate of an unknown basis"),
        };
        let share = share.ok_or("a tax code whose rates cannot be reckoned")?;
        found.push(TaxComponent::new(RemoteId::new(id), name, share, side));
    }
    Ok(found)
}

fn share(rate: Decimal, of: Decimal) -> Option<Decimal> {
    rate.checked_mul(of)?.checked_div(Decimal::ONE_HUNDRED)
}

/// An item that lines can name; categories and bundles are none (qbo.md 5.5).
pub(crate) fn item(read: WireItem) -> Result<Option<CatalogueEntry>, &'static str> {
    if matches!(read.item_type.as_deref(), Some("Category" | "Group" | "Bundle")) {
        return Ok(None);
    }
    let id = remote_id::compose(Entity::Item, &read.id.ok_or("an item without an id")?);
    let name = read.name.ok_or("an item without a name")?;
    let mut item = Item::new(id, read.sku.unwrap_or_else(|| name.clone()));
    item.name = Some(name);
    item.active = read.active != Some(false);
    let account = |reference: Option<Ref>| reference.and_then(|account| account.value);
    item.income_account = account(read.income_account_ref);
    item.expense_account = account(read.expense_account_ref);
    Ok(Some(CatalogueEntry::Item(item)))
}

/// A sub-customer: a job made from here or by hand, or a project, which only people can make (qbo.md 10.1).
pub(crate) fn job(read: Name) -> Result<CatalogueEntry, &'static str> {
    let id = remote_id::compose(Entity::Customer, &read.id.ok_or("a job without an id")?);
    let mut job = RemoteJob::new(id, read.display_name.unwrap_or_default());
    job.group = read.parent_ref.and_then(|parent| parent.value).map(|id| remote_id::compose(Entity::Customer, &id));
    job.active = read.active != Some(false);
    job.project = read.is_project == Some(true);
    Ok(CatalogueEntry::Job(job))
}

/// Terms of payment (qbo.md 5.8).
pub(crate) fn terms(read: wire::Term) -> Result<Option<CatalogueEntry>, &'static str> {
    let due = import::due(&read);
    let id = read.id.ok_or("terms without an id")?;
    let mut terms = Terms::new(RemoteId::new(id), read.name.unwrap_or_default(), due);
    terms.discounted = read.discount_percent.is_some_and(|discount| !discount.0.is_zero());
    terms.active = read.active != Some(false);
    Ok(Some(CatalogueEntry::Terms(terms)))
}

#[cfg(test)]
mod tests;
