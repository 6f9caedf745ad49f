//! Items made of lines that name no product (F101, R24): one for each text, under a code that follows from it.

use super::Shaped;
use super::summary::is_sale;
use crate::capability::{Capabilities, LineItems, RecordCapability};
use crate::code::Parked;
use crate::ids::LocalId;
use crate::model::{ItemLine, Line, Nature, PriceSide, Product, Record, RecordKind, Trade};
use crate::plan::Context;
use crate::plan::items::{in_the_books, item_of_account, line_items, setting_of};
use crate::plan::shorten::{code_of, shortened};
use crate::plan::trail::Step;
use crate::settings::{LineDetail, Settings};

/// What the ids of such products begin with; the host's own have no slash of this kind.
const PREFIX: &str = "line/";

/// The products that a document's lines become where the settings make an item of each line that names none, each once, in
/// the order of the lines. Empty where they do not, where lines reach the books as sums, and where products are not sent.
///
/// The same text, on the same account, is the same product on every document. Its code is within the package's limits and
/// follows from the text alone (R36); its description holds the text in full.
#[must_use]
pub fn new_items(record: &Record, settings: &Settings, capabilities: &Capabilities) -> Vec<Product> {
    let Some(capability) = capability_of(record, settings, capabilities) else { return Vec::new() };
    let Some(trade) = record.trade() else { return Vec::new() };
    let mut products: Vec<Product> = Vec::new();
    for line in trade.lines.iter().filter_map(Line::as_item).filter(|line| becomes_item(line)) {
        let product = product_of(line, capability);
        if products.iter().all(|known| known.id != product.id) {
            products.push(product);
        }
    }
    products
}

/// Gives the lines that become items the products that they become.
pub(in crate::plan) fn name_items(record: &mut Record, settings: &Settings, capabilities: &Capabilities) {
    let Some(capability) = capability_of(record, settings, capabilities) else { return };
    for line in record.lines_mut().into_iter().flatten() {
        if let Line::Item(line) = line
            && becomes_item(line)
        {
            line.product = Some(product_of(line, capability).id);
        }
    }
}

fn capability_of<'a>(
    record: &Record,
    settings: &Settings,
    capabilities: &'a Capabilities,
) -> Option<&'a RecordCapability> {
    let wanted = settings.lines_as_items
        && settings.line_detail == LineDetail::Individual
        && settings.sends(RecordKind::Product)
        && is_sale(record.kind());
    capabilities.of(RecordKind::Product).filter(|_| wanted)
}

fn becomes_item(line: &ItemLine) -> bool {
    line.product.is_none() && !line.nature.is_some_and(Nature::is_beside_work)
}

fn product_of(line: &ItemLine, capability: &RecordCapability) -> Product {
    let text = line.description.split_whitespace().collect::<Vec<_>>().join(" ");
    // An item that lines post through has one account: the same work on two accounts is two items.
    let identity = format!("{text}\u{1f}{}", line.account.as_deref().unwrap_or_default());
    let code = code_of(&text, &identity, capability.number_text, capability.number_characters);
    let plain: String =
        text.chars().map(|letter| if capability.names.forbidden.contains(&letter) { '-' } else { letter }).collect();
    let limit = capability.texts.get("description").copied().unwrap_or(usize::MAX);
    Product {
        id: LocalId::new(format!("{PREFIX}{code}")),
        name: shortened(&plain, capability.name_text),
        description: Some(shortened(&text, limit)),
        sales: Some(PriceSide { account: line.account.clone(), ..PriceSide::default() }),
        purchases: None,
        code,
    }
}

/// Where lines post through items, an item made of a line posts to the usual account of sales, or to the one that the line
/// names. A line that is to be posted elsewhere, by its nature or its mapping, names the item of that account instead.
pub(super) fn keep_accounts(trade: &Trade<'_>, lines: &mut [Shaped<'_>], context: &Context<'_>) -> Result<(), Parked> {
    if line_items(trade.kind, context) == LineItems::Optional {
        return Ok(());
    }
    for (index, line) in lines.iter_mut().enumerate() {
        let (Some(item), Some(charge)) = (line.item, &mut line.planned.charge) else { continue };
        let made = item.product.as_ref().is_some_and(|product| product.as_str().starts_with(PREFIX));
        let posts_to = item.account.as_ref().or(context.settings.accounts.sales.as_ref());
        if made && !posts_to.is_some_and(|name| charge.account.is(name)) {
            let path = format!("lines[{index}].product");
            let own = item_of_account(&charge.account, &path, trade, context)?;
            let path = format_args!("lines[{index}].charge.item");
            context.trace(path, || Step::setting(setting_of(&charge.account, context), &own.name()));
            context.trace(path, || in_the_books(&own));
            charge.item = Some(own);
        }
    }
    Ok(())
}
