//! The item of a line, in the one order that there is: the item that its kind of service or expense is mapped to, its
//! product's, what the settings say of products that are not linked (L3), and where the lines of the document must name
//! items, the one that the settings have for the line's account. Whatever item a line names, its text stays the host's own
//! (L14). None is invented (F46).

use super::Context;
use super::draft::{Halt, linked};
use super::grounds::{Grounds, mapped};
use super::trail::{Origin, Step};
use crate::capability::LineItems;
use crate::code::{Code, Parked};
use crate::error::Issue;
use crate::model::{ItemLine, Line, RecordKey, RecordKind, Trade};
use crate::planned::{AccountRef, PlannedItemRef};
use crate::provider::{Item, TradeSide};
use crate::settings::{UnlinkedProducts, path_of};
use crate::store::Link;

/// The item of a line, in the order of this module. `required`: the lines of the document must name items; then one that
/// posts to another account than the line is to is refused.
pub(super) fn item_of(
    grounds: &Grounds<'_>,
    account: &AccountRef,
    required: bool,
    context: &Context<'_>,
) -> Result<Option<PlannedItemRef>, Halt> {
    let note = |step: &dyn Fn() -> Step| context.trace(format_args!("{}.item", grounds.charge()), step);
    let path = grounds.at("product");
    let trade = grounds.trade;
    let ours = |item: &PlannedItemRef| !required || posts_to(item, account, trade, context);
    if let Some(name) = grounds.mapped.mapping().and_then(|mapping| mapping.item.as_deref()) {
        let category = grounds.item.category.as_deref().unwrap_or_default();
        note(&|| Step::setting(grounds.mapping_path(category, "item"), &name));
        let found = named(name, &grounds.at("category"), account, required, trade, context)?;
        note(&|| in_the_books(&found));
        return Ok(Some(found));
    }
    if let Some(id) = &grounds.item.product {
        let key = RecordKey::new(RecordKind::Product, id.clone());
        match product_link(&key, context) {
            Some(link) => {
                // What has become of the item since is a question like that of any other record that is needed.
                if context.settings.sends(RecordKind::Product) {
                    linked(&key, &path, trade.number, trade.kind, context)?;
                }
                let found = PlannedItemRef { id: link.remote.clone(), code: link.number.clone() };
                note(&|| Step::host(&*path, &id));
                if ours(&found) {
                    note(&|| Step::books(format!("the item that {key} is linked to"), &found));
                    return Ok(Some(found));
                }
                note(&|| {
                    Step::passed_over(Origin::Books {
                        what: format!("the item that {key} is linked to: it posts elsewhere"),
                    })
                });
            }
            None => {
                note(&|| {
                    Step::passed_over(Origin::Books {
                        what: format!("the item that {key} is linked to: there is none"),
                    })
                });
                match context.settings.items.unlinked_products {
                    UnlinkedProducts::Ask if context.settings.sends(RecordKind::Product) => {
                        linked(&key, &path, trade.number, trade.kind, context)?;
                    }
                    UnlinkedProducts::Ask | UnlinkedProducts::NoItem => {}
                    UnlinkedProducts::DefaultItem => {
                        let Some(name) = context.settings.items.default.as_deref() else {
                            let complaint = format!("{key} is not linked, and the settings have no default item");
                            return Err(missing(complaint, &path, trade).into());
                        };
                        note(&|| Step::setting("items.default", &name));
                        let found = named(name, &path, account, required, trade, context)?;
                        note(&|| in_the_books(&found));
                        return Ok(Some(found));
                    }
                }
            }
        }
    }
    if required {
        let found = item_of_account(account, &path, trade, context)?;
        note(&|| Step::setting(setting_of(account, context), &found.name()));
        note(&|| in_the_books(&found));
        return Ok(Some(found));
    }
    note(&|| Step::rule("a line names an item where its product or its kind has one", &None::<PlannedItemRef>));
    Ok(None)
}

/// The step from an item's name to the item.
pub(super) fn in_the_books(item: &PlannedItemRef) -> Step {
    Step::books(format!("item {:?} in the list of items", item.name()), item)
}

fn product_link<'a>(key: &RecordKey, context: &Context<'a>) -> Option<&'a Link> {
    context.links.get(key)
}

/// An item that the settings name.
fn named(
    name: &str,
    path: &str,
    account: &AccountRef,
    required: bool,
    trade: &Trade<'_>,
    context: &Context<'_>,
) -> Result<PlannedItemRef, Parked> {
    let item = context.catalogue.item_in_use(name);
    let item = item.map_err(|unusable| missing(unusable.in_words(name, context.package), path, trade))?;
    let found = item_ref(item);
    if required && !posts_to(&found, account, trade, context) {
        let complaint = format!("item {name:?} does not post to account {:?}: set one that does", account.name());
        return Err(missing(complaint, path, trade));
    }
    Ok(found)
}

fn item_ref(item: &Item) -> PlannedItemRef {
    PlannedItemRef { id: item.id.clone(), code: Some(item.code.clone()) }
}

fn missing(complaint: String, path: &str, trade: &Trade<'_>) -> Parked {
    let parked = Parked::new(Code::ItemMissing, format!("{} {:?}: {complaint}", trade.kind, trade.number));
    parked.with_issues([Issue::new(path, complaint)])
}

/// Whether every line of a document must name an item.
pub(super) fn needs_items(trade: &Trade<'_>, context: &Context<'_>) -> bool {
    match line_items(trade.kind, context) {
        LineItems::Optional => false,
        LineItems::Required => true,
        LineItems::AllOrNone => {
            let side = TradeSide::of(trade.kind);
            trade.lines.iter().filter_map(Line::as_item).any(|line| names_an_item(line, side, context))
        }
    }
}

/// Whether a line names an item of its own accord.
fn names_an_item(line: &ItemLine, side: TradeSide, context: &Context<'_>) -> bool {
    let by_mapping = mapped(line, side, context).mapping().is_some_and(|mapping| mapping.item.is_some());
    let by_product = line.product.as_ref().is_some_and(|id| {
        let linked = product_link(&RecordKey::new(RecordKind::Product, id.clone()), context).is_some();
        linked || context.settings.items.unlinked_products == UnlinkedProducts::DefaultItem
    });
    by_mapping || by_product
}

pub(super) fn line_items(kind: RecordKind, context: &Context<'_>) -> LineItems {
    context.capabilities.of(kind).map_or(LineItems::Optional, |capability| capability.line_items)
}

/// Where the settings have the item of an account.
pub(super) fn setting_of(account: &AccountRef, context: &Context<'_>) -> String {
    match own_item(account, context) {
        Some((name, _)) => path_of(["items", "by_account", name]),
        None => "items.default".to_owned(),
    }
}

/// The item that the settings have for an account and no other, with the name that they have it under.
fn own_item<'a>(account: &'a AccountRef, context: &Context<'a>) -> Option<(&'a str, &'a String)> {
    let names = [account.code.as_deref(), Some(account.id.as_str())];
    names.into_iter().flatten().find_map(|name| Some((name, context.settings.items.by_account.get(name)?)))
}

/// The item that the settings have for an account.
pub(super) fn item_of_account(
    account: &AccountRef,
    path: &str,
    trade: &Trade<'_>,
    context: &Context<'_>,
) -> Result<PlannedItemRef, Parked> {
    let own = own_item(account, context).map(|(_, item)| item);
    match own.or(context.settings.items.default.as_ref()) {
        Some(name) => named(name, path, account, true, trade, context),
        None => {
            let rule = match line_items(trade.kind, context) {
                LineItems::AllOrNone => "takes items on all lines of a document or on none",
                LineItems::Optional | LineItems::Required => "posts sales lines through items",
            };
            let complaint = format!("{} {rule}, and none is set for account {:?}", context.package, account.name());
            Err(missing(complaint, path, trade))
        }
    }
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
