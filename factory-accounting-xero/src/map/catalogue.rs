//! Xero's lists as catalogue entries.

use factory_accounting_core::ids::{OrganisationId, RemoteId};
use factory_accounting_core::provider::{
    Account, AccountClass, CatalogueEntry, Item, Organisation, RemoteJob, TaxCode,
};

use crate::wire::item::{Item as WireItem, PriceRead};
use crate::wire::lists as wire;

/// System accounts that documents may not be booked to (xero.md 4.4).
const CONTROL_ACCOUNTS: [&str; 2] = ["DEBTORS", "CREDITORS"];

/// The organisation. Documents dated on or before the later of the two lock dates are refused (xero.md 4.4).
pub(crate) fn organisation(read: wire::Organisation) -> Result<Organisation, &'static str> {
    let id = read.id.ok_or("an organisation without an id")?;
    let name = read.name.ok_or("an organisation without a name")?;
    let currency =
        read.currency.and_then(|code| code.parse().ok()).ok_or("an organisation without a known currency")?;
    let mut organisation = Organisation::new(OrganisationId::new(id), name, currency);
    organisation.country = read.country;
    organisation.locked_until = read.period_lock.max(read.year_lock);
    organisation.plan = read.plan;
    organisation.short_code = read.short_code;
    Ok(organisation)
}

/// An account; `None` for one of a class that this version does not know, which nothing could be booked to knowingly.
pub(crate) fn account(read: wire::Account) -> Result<Option<CatalogueEntry>, &'static str> {
    let id = read.id.ok_or("an account without an id")?;
    let account_type = read.account_type.unwrap_or_default();
    let Some(class) = class(read.class.as_deref(), &account_type) else {
        tracing::warn!(account_type, class = read.class, "account of an unknown class left out");
        return Ok(None);
    };
    let is_bank = account_type == "BANK";
    let is_control = read.system.as_deref().is_some_and(|system| CONTROL_ACCOUNTS.contains(&system));
    let mut account = Account::new(RemoteId::new(id), read.code, read.name.unwrap_or_default(), class);
    account.active = read.status.is_none_or(|status| status == "ACTIVE");
    account.usable_on_lines = account.code.is_some() && !is_bank && !is_control;
    account.usable_for_payments = is_bank || read.payments_enabled == Some(true);
    account.default_tax = read.tax_type;
    Ok(Some(CatalogueEntry::Account(account)))
}

fn class(class: Option<&str>, account_type: &str) -> Option<AccountClass> {
    match class.unwrap_or_default() {
        "ASSET" => return Some(AccountClass::Asset),
        "LIABILITY" => return Some(AccountClass::Liability),
        "EQUITY" => return Some(AccountClass::Equity),
        "REVENUE" => return Some(AccountClass::Income),
        "EXPENSE" => return Some(AccountClass::Expense),
        _ => {}
    }
    // Without a class, or with a new one, the type tells.
    match account_type {
        "BANK" | "CURRENT" | "FIXED" | "INVENTORY" | "NONCURRENT" | "PREPAYMENT" => Some(AccountClass::Asset),
        "CURRLIAB" | "LIABILITY" | "TERMLIAB" | "PAYG" => Some(AccountClass::Liability),
        "EQUITY" => Some(AccountClass::Equity),
        "REVENUE" | "SALES" | "OTHERINCOME" => Some(AccountClass::Income),
        "EXPENSE" | "DIRECTCOSTS" | "OVERHEADS" | "DEPRECIATN" | "WAGESEXPENSE" | "SUPERANNUATION" => {
            Some(AccountClass::Expense)
        }
        _ => None,
    }
}

/// A tax rate: the effective rate contains the compounding (xero.md 4.4).
pub(crate) fn tax_code(read: wire::TaxRate) -> Result<CatalogueEntry, &'static str> {
    let code = read.tax_type.ok_or("a tax rate without a type")?;
    let rate = read.rate.ok_or("a tax rate without an effective rate")?.0;
    let mut tax = TaxCode::new(code, read.name.unwrap_or_default(), rate);
    tax.active = read.status.is_none_or(|status| status == "ACTIVE");
    let classes = [
        (read.assets, AccountClass::Asset),
        (read.liabilities, AccountClass::Liability),
        (read.equity, AccountClass::Equity),
        (read.revenue, AccountClass::Income),
        (read.expenses, AccountClass::Expense),
    ];
    tax.account_classes = classes.into_iter().filter(|(can, _)| *can == Some(true)).map(|(_, class)| class).collect();
    Ok(CatalogueEntry::TaxCode(tax))
}

/// An item.
pub(crate) fn item(read: WireItem) -> Result<CatalogueEntry, &'static str> {
    let id = read.id.ok_or("an item without an id")?;
    let mut item = Item::new(RemoteId::new(id), read.code.ok_or("an item without a code")?);
    item.name = read.name;
    let account = |side: Option<PriceRead>| side.and_then(|side| side.account);
    item.income_account = account(read.sales);
    item.expense_account = account(read.purchases);
    Ok(CatalogueEntry::Item(item))
}

/// A currency; one that ISO 4217 does not know cannot be used by a document and is left out.
pub(crate) fn currency(read: &wire::CurrencyEntry) -> Option<CatalogueEntry> {
    read.code.as_deref()?.parse().ok().map(CatalogueEntry::Currency)
}

/// The options of a tracking category. Lines name both category and option, so that an option's id here is
/// `<category>/<option>`.
pub(crate) fn jobs(read: wire::TrackingCategory) -> Result<Vec<CatalogueEntry>, &'static str> {
    let category = read.id.ok_or("a tracking category without an id")?;
    let open = read.status.is_none_or(|status| status == "ACTIVE");
    let title = read.name.unwrap_or_default();
    read.options
        .into_iter()
        .map(|option| {
            let id = option.id.ok_or("a tracking option without an id")?;
            let name = format!("{title}: {}", option.name.unwrap_or_default());
            let mut job = RemoteJob::new(RemoteId::new(format!("{category}/{id}")), name);
            job.group = Some(RemoteId::new(category.clone()));
            job.active = open && option.status.is_none_or(|status| status == "ACTIVE");
            Ok(CatalogueEntry::Job(job))
        })
        .collect()
}
