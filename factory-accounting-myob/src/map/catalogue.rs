//! MYOB's lists as catalogue entries.

use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::provider::{
    Account, AccountClass, CatalogueEntry, Item, RemoteJob, TaxCode, TaxComponent, TradeSide,
};
use rust_decimal::Decimal;

use crate::remote_id::{self, Collection};
use crate::wire::item::Item as WireItem;
use crate::wire::lists as wire;

/// An account; `None` for one of a class that this version does not know, which nothing could be booked to knowingly.
/// Documents name accounts by their bare UID.
pub(crate) fn account(read: wire::Account) -> Result<Option<CatalogueEntry>, &'static str> {
    let uid = read.uid.ok_or("an account without a UID")?;
    let Some(class) = class(read.classification.as_deref()) else {
        tracing::warn!(account = %uid, class = read.classification, "account of an unknown class left out");
        return Ok(None);
    };
    let mut account = Account::new(RemoteId::new(uid), read.display_id, read.name.unwrap_or_default(), class);
    let kind = read.account_type.as_deref().unwrap_or_default();
    // Headers only gather others (myob.md 3.3); receivables and payables are MYOB's own, and money moves through banks and
    // cards by payments.
    let header = read.is_header == Some(true);
    account.usable_on_lines = !header
        && !matches!(kind, "Bank" | "CreditCard" | "AccountReceivable" | "AccountsReceivable" | "AccountsPayable");
    account.usable_for_payments = !header && matches!(kind, "Bank" | "CreditCard");
    account.card = kind == "CreditCard";
    account.active = read.is_active != Some(false);
    account.default_tax = read.tax_code.and_then(|code| code.uid);
    Ok(Some(CatalogueEntry::Account(account)))
}

fn class(classification: Option<&str>) -> Option<AccountClass> {
    match classification? {
        "Asset" => Some(AccountClass::Asset),
        "Liability" => Some(AccountClass::Liability),
        "Equity" => Some(AccountClass::Equity),
        "Income" | "OtherIncome" => Some(AccountClass::Income),
        "CostOfSales" | "Expense" | "OtherExpense" => Some(AccountClass::Expense),
        _ => None,
    }
}

/// A tax code. It is named by its UID, because people change its letters (myob.md 7), which stand in the name.
pub(crate) fn tax_code(read: wire::TaxCode) -> Result<Option<CatalogueEntry>, &'static str> {
    let usable = is_plain(&read) || is_for_purchases(&read);
    let rate = rate(&read);
    let purchases_only = is_for_purchases(&read);
    let uid = read.uid.ok_or("a tax code without a UID")?;
    let texts = [read.code.as_deref(), read.description.as_deref()];
    let name = texts.into_iter().flatten().map(str::trim).collect::<Vec<_>>().join(" ");
    let mut tax = TaxCode::new(uid.clone(), name.clone(), rate);
    tax.active = usable;
    if purchases_only {
        // MYOB refuses it on sales (myob.md 3.3, 6).
        tax.components = vec![TaxComponent::new(RemoteId::new(uid), name, rate, TradeSide::Purchases)];
    }
    Ok(Some(CatalogueEntry::TaxCode(tax)))
}

/// Whether it is one rate on the amount of a line. Consolidated codes are several at once and refused on lines, the others
/// follow rules of their own (myob.md 3.3).
fn is_plain(code: &wire::TaxCode) -> bool {
    matches!(code.tax_type.as_deref(), None | Some("GST_VAT" | "SalesTax" | "QST"))
}

fn is_for_purchases(code: &wire::TaxCode) -> bool {
    matches!(code.tax_type.as_deref(), Some("InputTaxed" | "ImportDuty"))
}

fn rate(code: &wire::TaxCode) -> Decimal {
    let rate = code.rate.map_or(Decimal::ZERO, |rate| rate.0);
    if code.is_rate_negative == Some(true) { -rate.abs() } else { rate }
}

/// The tax code without tax: the one that is not reported where there is one, else another at nothing. The letters are
/// those that files begin with (myob.md 7); people may have changed them.
pub(crate) fn untaxed(codes: &[wire::TaxCode]) -> Option<&str> {
    let free = |code: &&wire::TaxCode| is_plain(code) && rate(code).is_zero() && code.uid.is_some();
    let lettered = |letters: &str| {
        codes
            .iter()
            .filter(free)
            .find(|code| code.code.as_deref().is_some_and(|code| code.eq_ignore_ascii_case(letters)))
    };
    let found = ["N-T", "FRE", "Z"].into_iter().find_map(lettered).or_else(|| codes.iter().find(free));
    found.and_then(|code| code.uid.as_deref())
}

/// An item that lines can name.
pub(crate) fn item(read: WireItem) -> Result<Option<CatalogueEntry>, &'static str> {
    let id = remote_id::compose(Collection::Item, &read.uid.ok_or("an item without a UID")?);
    let mut item = Item::new(id, read.number.ok_or("an item without a number")?);
    item.name = read.name;
    item.active = read.is_active != Some(false);
    item.income_account = read.income_account.filter(|_| read.is_sold == Some(true)).and_then(|account| account.uid);
    // What is kept in stock is bought into its asset (myob.md 3.2).
    let bought = if read.is_inventoried == Some(true) { read.asset_account } else { read.expense_account };
    item.expense_account = bought.filter(|_| read.is_bought == Some(true)).and_then(|account| account.uid);
    Ok(Some(CatalogueEntry::Item(item)))
}

/// A job. Headers only gather others and are refused on lines (myob.md 3.3).
pub(crate) fn job(read: wire::Job) -> Result<Option<CatalogueEntry>, &'static str> {
    let id = remote_id::compose(Collection::Job, &read.uid.ok_or("a job without a UID")?);
    let texts = [read.number.as_deref(), read.name.as_deref()];
    let name = texts.into_iter().flatten().map(str::trim).collect::<Vec<_>>().join(" ");
    let mut job = RemoteJob::new(id, name);
    let above = |collection, link: Option<crate::wire::link::Link>| {
        link.and_then(|link| link.uid).map(|uid| remote_id::compose(collection, &uid))
    };
    job.group = above(Collection::Job, read.parent_job).or_else(|| above(Collection::Customer, read.linked_customer));
    job.active = read.is_active != Some(false) && read.is_header != Some(true);
    Ok(Some(CatalogueEntry::Job(job)))
}

#[cfg(test)]
mod tests;
