//! From the host's words to the package's: accounts, tax codes, items. Nothing is guessed (F44, F45, F46).

use rust_decimal::Decimal;

use super::Context;
use crate::capability::LineItems;
use crate::code::{Code, Parked};
use crate::error::Issue;
use crate::model::{ItemLine, Line, RecordKey, RecordKind, Trade};
use crate::planned::{AccountRef, PlannedItemRef};
use crate::provider::{Account, AccountClass, TaxCode, TradeSide};

/// An account that lines may use.
pub(super) fn resolve_account(
    name: &str,
    path: &str,
    label: &str,
    kind: RecordKind,
    context: &Context<'_>,
) -> Result<AccountRef, Parked> {
    let complaint = match context.catalogue.account(name) {
        None => format!("account {name:?} is not in {}", context.package),
        Some(account) if !account.active => {
            format!("account {name:?} ({}) is archived in {}", account.name, context.package)
        }
        Some(account) if !account.usable_on_lines => {
            format!("account {name:?} ({}) cannot be used on lines of documents", account.name)
        }
        Some(account) => return Ok(account_ref(account)),
    };
    let reason = format!("{kind} {label:?}: {complaint}");
    Err(Parked::new(Code::AccountUnusable, reason).with_issues([Issue::new(path, complaint)]))
}

pub(super) fn account_ref(account: &Account) -> AccountRef {
    AccountRef { id: account.id.clone(), code: account.code.clone() }
}

/// A tax code in use, with its per cent on one side of trade.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tax<'a> {
    pub(super) code: &'a TaxCode,
    pub(super) rate: Decimal,
}

/// The tax code of a term: mapped by the settings, or itself a code of the package.
pub(super) fn resolve_tax<'a>(
    term: Option<&str>,
    side: TradeSide,
    path: &str,
    label: &str,
    kind: RecordKind,
    context: &Context<'a>,
) -> Result<Tax<'a>, Parked> {
    let settings = context.settings;
    let of_side = |codes: &'a crate::settings::TaxCodes| match side {
        TradeSide::Sales => codes.sales.as_deref(),
        TradeSide::Purchases => codes.purchases.as_deref(),
    };
    let mapped = match term {
        Some(term) => settings.taxes.get(term).and_then(of_side),
        None => of_side(&settings.default_tax),
    };
    let found = mapped.or(term).and_then(|code| context.catalogue.tax_code(code)).filter(|code| code.active);
    let complaint = match (found, term, mapped) {
        (Some(code), ..) => match code.rate_on(side) {
            Some(rate) => return Ok(Tax { code, rate }),
            None => format!("tax code {:?} ({}) has no rate for {}", code.code, code.name, side.label()),
        },
        (None, Some(term), Some(code)) => {
            format!("tax term {term:?} is mapped to {code:?}, which {} does not have in use", context.package)
        }
        (None, Some(term), None) => format!("tax term {term:?} is not mapped to a tax code of {}", context.package),
        (None, None, Some(code)) => format!("the default tax code {code:?} is not in use in {}", context.package),
        (None, None, None) => "no tax is named and the settings have no default".to_owned(),
    };
    let reason = format!("{kind} {label:?}: {complaint}");
    Err(Parked::new(Code::TaxUnmapped, reason).with_issues([Issue::new(path, complaint)]))
}

/// Refuses a tax code that may not stand beside an account.
pub(super) fn fits(
    tax: Tax<'_>,
    class: Option<AccountClass>,
    account: &str,
    path: &str,
    trade: &Trade<'_>,
) -> Result<(), Parked> {
    let code = tax.code;
    let allowed = code.account_classes.is_empty() || class.is_none_or(|class| code.account_classes.contains(&class));
    if allowed {
        return Ok(());
    }
    let complaint = format!("tax code {:?} ({}) may not stand beside account {account:?}", code.code, code.name);
    let reason = format!("{} {:?}: {complaint}", trade.kind, trade.number);
    Err(Parked::new(Code::TaxUnmapped, reason).with_issues([Issue::new(path, complaint)]))
}

/// The item that a line names. Where the lines of the document must name one, it is the product's, or the one that the
/// settings have for the line's account; an item that posts to another account than the line is to is refused.
pub(super) fn resolve_item(
    item: &ItemLine,
    path: &str,
    account: &AccountRef,
    trade: &Trade<'_>,
    context: &Context<'_>,
) -> Result<Option<PlannedItemRef>, Parked> {
    let product = item.product.as_ref().and_then(|id| context.link(&RecordKey::new(RecordKind::Product, id.clone())));
    let product = product.map(|link| PlannedItemRef { id: link.remote.clone(), code: link.number.clone() });
    if !needs_items(trade, context) {
        return Ok(product);
    }
    if let Some(product) = product.filter(|product| posts_to(product, account, trade, context)) {
        return Ok(Some(product));
    }
    item_of_account(account, path, trade, context).map(Some)
}

/// Whether every line of a document must name an item.
pub(super) fn needs_items(trade: &Trade<'_>, context: &Context<'_>) -> bool {
    match line_items(trade.kind, context) {
        LineItems::Optional => false,
        LineItems::Required => true,
        LineItems::AllOrNone => trade.lines.iter().filter_map(Line::as_item).any(|line| {
            let product = line.product.as_ref().map(|id| RecordKey::new(RecordKind::Product, id.clone()));
            product.is_some_and(|product| context.link(&product).is_some())
        }),
    }
}

fn line_items(kind: RecordKind, context: &Context<'_>) -> LineItems {
    context.capabilities.of(kind).map_or(LineItems::Optional, |capability| capability.line_items)
}

/// The item that the settings have for an account.
pub(super) fn item_of_account(
    account: &AccountRef,
    path: &str,
    trade: &Trade<'_>,
    context: &Context<'_>,
) -> Result<PlannedItemRef, Parked> {
    let items = &context.settings.items;
    let own = [account.code.as_deref(), Some(account.id.as_str())];
    let own = own.into_iter().flatten().find_map(|name| items.by_account.get(name));
    let complaint = match own.or(items.default.as_ref()) {
        None => {
            let rule = match line_items(trade.kind, context) {
                LineItems::AllOrNone => "takes items on all lines of a document or on none",
                LineItems::Optional | LineItems::Required => "posts sales lines through items",
            };
            format!("{} {rule}, and none is set for account {:?}", context.package, account.name())
        }
        Some(name) => match context.catalogue.item(name) {
            Some(item) if !item.active => format!("item {name:?} is not in use in {}", context.package),
            Some(item) => {
                let found = PlannedItemRef { id: item.id.clone(), code: Some(item.code.clone()) };
                if posts_to(&found, account, trade, context) {
                    return Ok(found);
                }
                format!("item {name:?} does not post to account {:?}: set one that does", account.name())
            }
            None => format!("item {name:?} is not in {}", context.package),
        },
    };
    let parked = Parked::new(Code::ItemMissing, format!("{} {:?}: {complaint}", trade.kind, trade.number));
    Err(parked.with_issues([Issue::new(path, complaint)]))
}

/// Whether an item posts a side of trade to an account, as far as the lists tell: a new one of ours posts where its product
/// says.
fn posts_to(item: &PlannedItemRef, account: &AccountRef, trade: &Trade<'_>, context: &Context<'_>) -> bool {
    let known = context.catalogue.item(item.id.as_str());
    let posts = known.and_then(|known| match TradeSide::of(trade.kind) {
        TradeSide::Sales => known.income_account.as_deref(),
        TradeSide::Purchases => known.expense_account.as_deref(),
    });
    posts.is_none_or(|posts| account.is(posts))
}
