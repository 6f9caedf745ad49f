//! Whether settings can be saved: every name in them is one of the package's lists, in use, and fit for its purpose.

use serde_json::Value;

use crate::capability::Capabilities;
use crate::plan::Catalogue;
use crate::provider::{Account, AccountClass, TradeSide};
use crate::settings::{self, AccountUse, Choose, Leaf, NameOf, RowsOf, Settings, SettingsIssue, Side, table_at};

/// What mends a name that the package's lists do not have.
const CHOOSE: &str = "choose another, or refresh the lists if it is new";

/// Everything that is wrong with settings at a package: what it cannot do, and names that its lists do not have, have put
/// away, or have for another purpose (F45, F46, F103). Of a list that has not been read nothing is known: that is a warning.
/// Accounts and tax codes there are at every company, so that a list of them without entries has not been read; a company may
/// have no items. `package` is how it is called.
#[must_use]
pub fn check(
    settings: &Settings,
    capabilities: &Capabilities,
    catalogue: &Catalogue,
    package: &str,
) -> Vec<SettingsIssue> {
    let mut issues = settings::fit(settings, capabilities, package);
    let names = Names { settings, catalogue, package };
    for leaf in settings.leaves() {
        names.row(&leaf, &mut issues);
        let (Choose::Named(of), Value::String(name)) = (leaf.setting.choose, &leaf.value) else { continue };
        names.look_up(of, name, &leaf.path, &mut issues);
    }
    issues.sort();
    issues.dedup();
    issues
}

/// Whether an account fits what it is chosen for. `relaxed` lifts what is only usual, never what the package's interface
/// would refuse (F103).
///
/// # Errors
/// Why not, one line that goes on from the account's name.
pub fn fits(account: &Account, purpose: AccountUse, relaxed: bool) -> Result<(), String> {
    if !account.active {
        return Err("is archived".to_owned());
    }
    if purpose == AccountUse::Payments && !account.usable_for_payments {
        return Err("cannot be used for payments".to_owned());
    }
    if purpose != AccountUse::Payments && !account.usable_on_lines {
        return Err("cannot be used on lines of documents".to_owned());
    }
    let wanted = classes(purpose);
    if relaxed || wanted.contains(&account.class) {
        return Ok(());
    }
    let wanted: Vec<&str> = wanted.iter().copied().map(called).collect();
    Err(format!("is of the class {}, not {}", called(account.class), wanted.join(" or ")))
}

/// The classes of account that are usual for a purpose.
pub(super) fn classes(purpose: AccountUse) -> &'static [AccountClass] {
    use AccountClass::{Asset, Equity, Expense, Income, Liability};
    match purpose {
        AccountUse::Income => &[Income],
        AccountUse::Cost => &[Expense],
        AccountUse::BadDebt => &[Expense, Income],
        AccountUse::Retention => &[Asset],
        AccountUse::Deposits => &[Liability],
        AccountUse::Rounding => &[Expense, Income, Liability],
        // Owners pay out of their own pockets.
        AccountUse::Payments => &[Asset, Liability, Equity],
    }
}

pub(super) fn called(class: AccountClass) -> &'static str {
    match class {
        AccountClass::Asset => "asset",
        AccountClass::Liability => "liability",
        AccountClass::Equity => "equity",
        AccountClass::Income => "income",
        AccountClass::Expense => "expense",
    }
}

pub(super) fn trade_side(side: Side) -> TradeSide {
    match side {
        Side::Sales => TradeSide::Sales,
        Side::Purchases => TradeSide::Purchases,
    }
}

struct Names<'a> {
    settings: &'a Settings,
    catalogue: &'a Catalogue,
    package: &'a str,
}

impl Names<'_> {
    /// The key of a row that is itself a name of the package.
    fn row(&self, leaf: &Leaf, issues: &mut Vec<SettingsIssue>) {
        let Some((table, _)) = leaf.setting.path.split_once(".*") else { return };
        let key = leaf.keys.get(table.split('.').count());
        if let (Some(RowsOf::Accounts), Some(key)) = (table_at(table).map(|table| table.rows), key) {
            self.account(key, None, &leaf.path, issues);
        }
    }

    fn look_up(&self, of: NameOf, name: &str, path: &str, issues: &mut Vec<SettingsIssue>) {
        match of {
            NameOf::Account(purpose) => self.account(name, Some(purpose), path, issues),
            NameOf::TaxCode(side) => self.tax_code(name, trade_side(side), path, issues),
            NameOf::TaxTerm(_) if self.settings.taxes.contains_key(name) => {}
            NameOf::TaxTerm(side) => self.tax_code(name, trade_side(side), path, issues),
            NameOf::Item => self.item(name, path, issues),
        }
    }

    fn account(&self, name: &str, purpose: Option<AccountUse>, path: &str, issues: &mut Vec<SettingsIssue>) {
        if self.catalogue.accounts().next().is_none() {
            issues.push(unread("accounts"));
            return;
        }
        let Some(account) = self.catalogue.account(name) else {
            let message = format!("{} has no account {name:?}", self.package);
            issues.push(SettingsIssue::error(path, message, CHOOSE));
            return;
        };
        let complaint = match purpose {
            Some(purpose) => fits(account, purpose, self.settings.relaxed_accounts).err(),
            None => (!account.active).then(|| "is archived".to_owned()),
        };
        if let Some(complaint) = complaint {
            let message = format!("account {name:?} ({}) {complaint}", account.name);
            let relaxing = purpose.is_some_and(|purpose| fits(account, purpose, true).is_ok());
            let remedy = match relaxing {
                true => "choose another, or offer accounts of every class (relaxed_accounts)",
                false => "choose another",
            };
            issues.push(SettingsIssue::error(path, message, remedy));
        }
    }

    fn tax_code(&self, name: &str, side: TradeSide, path: &str, issues: &mut Vec<SettingsIssue>) {
        if self.catalogue.tax_codes().next().is_none() {
            issues.push(unread("tax codes"));
            return;
        }
        let message = match self.catalogue.tax_code(name) {
            None => format!("{} has no tax code {name:?}", self.package),
            Some(code) if !code.active => format!("tax code {name:?} ({}) has been deleted", code.name),
            Some(code) if code.rate_on(side).is_none() => {
                format!("tax code {name:?} ({}) has no rate for {}", code.name, side.label())
            }
            Some(_) => return,
        };
        issues.push(SettingsIssue::error(path, message, CHOOSE));
    }

    fn item(&self, name: &str, path: &str, issues: &mut Vec<SettingsIssue>) {
        if !self.catalogue.knows_items() {
            issues.push(unread("items"));
            return;
        }
        let message = match self.catalogue.item(name) {
            None => format!("{} has no item {name:?}", self.package),
            Some(item) if !item.active => format!("item {name:?} has been deleted or put away"),
            Some(_) => return,
        };
        issues.push(SettingsIssue::error(path, message, CHOOSE));
    }
}

fn unread(list: &str) -> SettingsIssue {
    let message = format!("the package's {list} have not been read, so that nothing is known of those chosen");
    SettingsIssue::warning(list.replace(' ', "_"), message, "refresh the lists")
}
