//! What of a document of the host does not reach the books, with the reason: nothing is left out unsaid (R15, F70).

use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::terms::terms_left_out;
use super::{Context, reference, shape};
use crate::model::{ItemLine, Line, Nature, Record, RecordKey, RecordKind, Trade};
use crate::money::Quantity;
use crate::planned::{Content, PlannedDocument, PlannedLine};
use crate::settings::{Discounts, ReferenceField};

/// A part of a document that the books will not show as the host has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Omission {
    /// Path in the host's record: `lines[2].text`, `references.site_address`.
    pub path: String,
    /// Why, and what becomes of it, one line.
    pub reason: String,
}

/// Everything of a record that its draft leaves out, or holds in another form, in the order of the record's fields: of a
/// party, the terms of payment that the package does not have. What cannot be sent at all is no omission: it is refused
/// before there is a draft.
#[must_use]
pub fn omissions(record: &Record, draft: &Draft, context: &Context<'_>) -> Vec<Omission> {
    if let Record::Customer(party) | Record::Supplier(party) = record {
        let reason = terms_left_out(party, context);
        return reason.map(|reason| Omission { path: "terms".to_owned(), reason }).into_iter().collect();
    }
    let (Some(trade), Content::Document(document)) = (record.trade(), &draft.content) else { return Vec::new() };
    let mut found = Vec::new();
    due_date(&trade, document, context, &mut found);
    if shape::sums_up(&trade, context) {
        sums(&trade, context, &mut found);
    } else {
        lines(&trade, document, context, &mut found);
    }
    references(&trade, document, draft.probe.in_reference, context, &mut found);
    if let Record::Invoice(invoice) = record
        && invoice.work_undertaken.is_some()
        && !context.settings.work_undertaken
    {
        leave_out(&mut found, "work_undertaken", "the settings do not send the work undertaken".to_owned());
    }
    found
}

fn leave_out(found: &mut Vec<Omission>, path: impl Into<String>, reason: String) {
    found.push(Omission { path: path.into(), reason });
}

fn due_date(trade: &Trade<'_>, document: &PlannedDocument, context: &Context<'_>, found: &mut Vec<Omission>) {
    if trade.due.is_none() || document.due.is_some() {
        return;
    }
    let path = match trade.kind {
        RecordKind::Quote => "expires",
        RecordKind::PurchaseOrder => "delivery",
        _ => "due",
    };
    leave_out(found, path, format!("{} has no such day on a {}", context.package, trade.kind));
}

/// Every line goes into a sum, or keeps its own; texts between them go.
fn sums(trade: &Trade<'_>, context: &Context<'_>, found: &mut Vec<Omission>) {
    for (index, line) in trade.lines.iter().enumerate() {
        match line {
            Line::Text(_) => leave_out(
                found,
                format!("lines[{index}].text"),
                format!("{} gets sums in place of lines, and texts stay with the lines", context.package),
            ),
            Line::Item(item) if item.nature.is_some_and(Nature::is_beside_work) => {}
            Line::Item(item) => leave_out(
                found,
                format!("lines[{index}]"),
                format!("its amount is within the sum {:?}", shape::title(item.nature)),
            ),
        }
    }
}

fn lines(trade: &Trade<'_>, document: &PlannedDocument, context: &Context<'_>, found: &mut Vec<Omission>) {
    let mut planned = document.lines.iter().peekable();
    for (index, line) in trade.lines.iter().enumerate() {
        let Some(sent) = planned.next() else { return };
        let Line::Item(item) = line else { continue };
        let apart = item.discount.is_some() && planned.next_if(|below| shape::takes_off(below, item)).is_some();
        line_in_other_form(index, item, sent, apart, context, found);
    }
}

fn line_in_other_form(
    index: usize,
    item: &ItemLine,
    sent: &PlannedLine,
    apart: bool,
    context: &Context<'_>,
    found: &mut Vec<Omission>,
) {
    let Some(charge) = &sent.charge else { return };
    let package = context.package;
    let path = |field: &str| format!("lines[{index}].{field}");
    if let Some(product) = &item.product {
        let link = context.link(&RecordKey::new(RecordKind::Product, product.clone()));
        let named = charge.item.as_ref().is_some_and(|sent| link.is_some_and(|link| link.remote == sent.id));
        if !named {
            let instead = match &charge.item {
                Some(other) => format!("item {:?} stands in for the product", other.name()),
                None => "the line names no item".to_owned(),
            };
            leave_out(found, path("product"), instead);
        }
    }
    if charge.quantity != item.quantity && Quantity(-charge.quantity.0) != item.quantity {
        leave_out(
            found,
            path("quantity"),
            format!("{package} gets another quantity at the line's amount; the text says how many at what price"),
        );
    }
    match item.discount {
        Some(_) if context.settings.discounts == Discounts::OwnLine && !apart => leave_out(
            found,
            path("discount"),
            "stays on its line: on a line of its own the tax would come to another cent".to_owned(),
        ),
        Some(_) if !apart && charge.discount.is_none() => {
            leave_out(found, path("discount"), format!("{package} takes none there: it is worked into the price"));
        }
        _ => {}
    }
}

fn references(
    trade: &Trade<'_>,
    document: &PlannedDocument,
    in_reference: bool,
    context: &Context<'_>,
    found: &mut Vec<Omission>,
) {
    let own = trade.references;
    let chosen = reference::chosen(trade, context).map(|(path, _)| path);
    let room = reference::room(trade, context);
    let all = [
        ("references.job_number", &own.job_number),
        ("references.purchase_order_number", &own.purchase_order_number),
        ("references.site_address", &own.site_address),
        ("references.work_order_number", &own.work_order_number),
    ];
    for (path, text) in all {
        let Some(text) = text else { continue };
        if chosen != Some(path) {
            let sends = match context.settings.reference {
                ReferenceField::None => "no reference",
                _ => "another reference",
            };
            leave_out(found, path, format!("the settings send {sends}"));
        } else if in_reference {
            leave_out(found, path, format!("the reference in {} holds our own number", context.package));
        } else if room == 0 {
            leave_out(found, path, format!("{} has no reference on a {}", context.package, trade.kind));
        } else if document.reference.as_deref() != Some(text) {
            let kept = document.reference.as_deref().unwrap_or_default();
            leave_out(
                found,
                path,
                format!("cut to {kept:?}: the reference in {} takes {room} characters", context.package),
            );
        }
    }
}
