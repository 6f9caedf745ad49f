//! The steps of what a document takes over from the host's record as it is.

use super::trail::Step;
use super::{Context, marks};
use crate::model::{Record, RecordKind, Trade};
use crate::planned::PlannedDocument;

/// Writes them, once the document is made.
pub(super) fn trace(record: &Record, trade: &Trade<'_>, document: &PlannedDocument, context: &Context<'_>) {
    context.trace(format_args!("content"), || Step::rule("it has lines", &"document"));
    context.trace(format_args!("date"), || Step::host("date", &trade.date));
    let due = match trade.kind {
        RecordKind::Quote => "expires",
        RecordKind::PurchaseOrder => "delivery",
        _ => "due",
    };
    context.trace(format_args!("due"), || Step::host(due, &trade.due));
    if document.due != trade.due {
        context
            .trace(format_args!("due"), || Step::capability("has no such day on this kind of document", &document.due));
    }
    context.trace(format_args!("currency"), || Step::host("currency", &trade.currency));
    context.trace(format_args!("exchange_rate"), || Step::host("exchange_rate", &trade.exchange_rate));
    context.trace(format_args!("tax_authority"), || Step::capability("who reckons the tax", &document.tax_authority));
    context.trace(format_args!("tax_slack"), || {
        Step::capability("whether it tells where it rounds the tax within the total", &document.tax_slack)
    });
    marks::trace(trade.kind, document, context);
    if let Some(source) = &document.source {
        context.trace(format_args!("source"), || Step::books("the document that this one came from", source));
    }
    let of_quotes = matches!(record, Record::Quote(_));
    for (field, text) in [("title", &document.title), ("summary", &document.summary), ("terms", &document.terms)] {
        context.trace(format_args!("{field}"), || match of_quotes {
            true => Step::host(field, text),
            false => Step::rule("stands on quotes alone", text),
        });
    }
}
