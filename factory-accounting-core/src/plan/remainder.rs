//! What is left of an order, or of a purchase order, once parts of it have been billed: packages in which such a document
//! becomes its bill as a whole keep no count of parts, so that it is cut down after each (myob.md 3.5).

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::Context;
use crate::amounts;
use crate::model::{Discount, ItemLine, Line, Record};
use crate::money::{Currency, UnitPrice};
use crate::rules;

/// The record as its document is to be now: without what the documents in the context have billed of it.
pub(super) fn left_of<'a>(record: &'a Record, context: &Context<'_>) -> Cow<'a, Record> {
    let Some(billed) = context.billed.get(&record.key()).filter(|billed| !billed.is_empty()) else {
        return Cow::Borrowed(record);
    };
    let mut left = record.clone();
    match &mut left {
        Record::Order(order) => {
            order.lines = lines_left(&order.lines, billed, order.currency);
            order.total = None;
        }
        Record::PurchaseOrder(order) => {
            order.lines = lines_left(&order.lines, billed, order.currency);
            order.total = None;
        }
        _ => return Cow::Borrowed(record),
    }
    Cow::Owned(left)
}

/// Quantities go down by what was billed of the same thing, whatever its price was. What was billed beside the lines, such
/// as a part by amount, is taken off by a line of its own, so that the sum stays right.
fn lines_left(lines: &[Line], billed: &[Record], currency: Currency) -> Vec<Line> {
    let mut left = lines.to_vec();
    let mut beside = Vec::new();
    for document in billed {
        let Some(trade) = document.trade() else { continue };
        for line in trade.lines.iter().filter_map(Line::as_item) {
            let mut open = line.quantity.0;
            for held in left.iter_mut() {
                let Line::Item(held) = held else { continue };
                if is_of(held, line) {
                    let taken = open.min(held.quantity.0).max(Decimal::ZERO);
                    held.quantity.0 -= taken;
                    open -= taken;
                }
            }
            if !open.is_zero() {
                beside.extend(taken_off(line, open, &format!("{} {}", trade.kind.label(), trade.number), currency));
            }
        }
    }
    let counts = |line: &Line| line.as_item().is_none_or(|item| !item.quantity.0.is_zero());
    // A document has lines: one of which all is billed keeps its own, at nothing.
    if !beside.is_empty() || left.iter().any(|line| line.as_item().is_some() && counts(line)) {
        left.retain(counts);
    }
    left.extend(beside);
    left
}

/// Whether a line bills what another one ordered. An amount off the whole line cannot be parted.
fn is_of(ordered: &ItemLine, billed: &ItemLine) -> bool {
    let whole = |line: &ItemLine| matches!(line.discount, Some(Discount::Amount(_)));
    rules::same_thing(ordered, billed) && !whole(ordered) && !whole(billed)
}

/// A line that takes off what was billed beside the order's own lines; `None` where its amount does not fit.
fn taken_off(line: &ItemLine, open: Decimal, document: &str, currency: Currency) -> Option<Line> {
    let description = format!("Billed with {document}: {}", line.description);
    let mut off = ItemLine { description, ..line.clone() };
    if matches!(line.discount, Some(Discount::Amount(_))) {
        let net = amounts::net_amount(std::slice::from_ref(&Line::Item(line.clone())), currency)?;
        off.discount = None;
        off.unit_price = UnitPrice(net);
        off.quantity.0 = Decimal::NEGATIVE_ONE;
    } else {
        off.quantity.0 = -open;
    }
    Some(Line::Item(off))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::company::record;

    fn document(kind: &str, number: &str, lines: &str) -> Record {
        record(&format!(
            r#"{{"kind":"{kind}","id":"{number}","number":"{number}","customer":"c1","date":"2026-07-01","currency":"AUD","lines":[{lines}]}}"#
        ))
    }

    fn line(product: &str, quantity: &str, price: &str, more: &str) -> String {
        format!(
            r#"{{"type":"item","description":"{product}","product":"{product}","quantity":"{quantity}","unit_price":"{price}"{more}}}"#
        )
    }

    fn left(ordered: &[String], billed: &[&[String]]) -> Vec<(String, String, String)> {
        let order = document("order", "SO-1", &ordered.join(","));
        let billed: Vec<Record> = billed
            .iter()
            .enumerate()
            .map(|(at, lines)| document("invoice", &format!("INV-{}", at + 1), &lines.join(",")))
            .collect();
        let trade = order.trade().expect("an order");
        lines_left(trade.lines, &billed, trade.currency)
            .iter()
            .filter_map(Line::as_item)
            .map(|line| {
                let number = |value: Decimal| value.normalize().to_string();
                (line.description.clone(), number(line.quantity.0), number(line.unit_price.0))
            })
            .collect()
    }

    fn row(description: &str, quantity: &str, price: &str) -> (String, String, String) {
        (description.to_owned(), quantity.to_owned(), price.to_owned())
    }

    #[test]
    fn quantities_go_down_by_what_was_billed_whatever_its_price() {
        let ordered = [line("door", "10", "100", ""), line("lock", "10", "7", "")];
        let parts: [&[String]; 2] =
            [&[line("door", "4", "100", "")], &[line("door", "3", "95", ""), line("lock", "10", "7", "")]];
        assert_eq!(left(&ordered, &parts), [row("door", "3", "100")]);
    }

    #[test]
    fn what_was_billed_beside_the_lines_is_taken_off_by_a_line_of_its_own() {
        let ordered = [line("door", "10", "100", "")];
        let claim: &[String] = &[line("claim", "1", "300", "")];
        assert_eq!(
            left(&ordered, &[claim]),
            [row("door", "10", "100"), row("Billed with invoice INV-1: claim", "-1", "300")]
        );
        let whole: &[String] = &[line("door", "2", "100", r#","discount":{"amount":"20"}"#)];
        assert_eq!(
            left(&ordered, &[whole]),
            [row("door", "10", "100"), row("Billed with invoice INV-1: door", "-1", "180")]
        );
    }

    #[test]
    fn an_order_of_which_all_is_billed_keeps_its_lines_at_nothing() {
        let ordered = [line("door", "10", "100", "")];
        let all: &[String] = &[line("door", "10", "100", "")];
        assert_eq!(left(&ordered, &[all]), [row("door", "0", "100")]);
        let too_many: &[String] = &[line("door", "12", "100", "")];
        assert_eq!(left(&ordered, &[too_many]), [row("Billed with invoice INV-1: door", "-2", "100")]);
    }
}
