//! A record as the books must hold it, from what was last written and what was last seen of it.

use rust_decimal::Decimal;

use crate::ids::RemoteId;
use crate::model::{Discount, RecordKey};
use crate::money::Totals;
use crate::planned::{Charge, Content, PlannedDocument, TargetStatus};
use crate::provider::{RemoteLine, RemoteRecord, RemoteStatus};
use crate::store::Link;

/// The record that the books hold after `content` was written: state, number, totals and what has been applied come from
/// the link, the rest from the content. What people have changed there since is not in it. Without a link it is what they
/// would hold.
#[must_use]
pub fn as_written(key: &RecordKey, content: &Content, link: Option<&Link>) -> RemoteRecord {
    let id = link.map_or_else(|| RemoteId::new(format!("planned {key}")), |link| link.remote.clone());
    let status = link.map_or_else(|| meant(content), |link| link.status.clone());
    let mut record = RemoteRecord::new(key.kind, id, status);
    match content {
        Content::Document(document) => write_document(&mut record, document),
        Content::Payment(payment) => {
            record.parent = Some(payment.document.clone());
            record.date = Some(payment.date);
            record.currency = Some(payment.amount.currency);
            record.totals = Some(whole(payment.amount.amount));
            record.reference = Some(payment.reference.clone());
        }
        Content::Allocation(allocation) => {
            record.parent = Some(allocation.credit_note.clone());
            record.counterpart = Some(allocation.invoice.clone());
            record.currency = Some(allocation.amount.currency);
            record.totals = Some(whole(allocation.amount.amount));
        }
        Content::Party(party) => record.name = Some(party.party.name.clone()),
        Content::Item(item) => record.name = Some(item.name.clone()),
        Content::Job(job) => {
            record.name = Some(job.title());
            record.parent = Some(job.parent.clone());
        }
        Content::Void => {}
    }
    if let Some(link) = link {
        record.number = link.number.clone().or(record.number);
        record.version = link.version.clone();
        record.party = link.party.clone().or(record.party);
        record.totals = link.totals.or(record.totals);
        record.settled = link.settled;
        record.updated_at = Some(link.seen_at);
        record.link = link.url.clone();
    }
    record
}

fn meant(content: &Content) -> RemoteStatus {
    match content {
        Content::Document(document) if document.status == TargetStatus::Draft => RemoteStatus::Draft,
        _ => RemoteStatus::Open,
    }
}

fn whole(amount: Decimal) -> Totals {
    Totals { subtotal: amount, tax: Decimal::ZERO, total: amount }
}

fn write_document(record: &mut RemoteRecord, document: &PlannedDocument) {
    record.number.clone_from(&document.number);
    record.reference.clone_from(&document.reference);
    record.party = Some(document.party.clone());
    record.date = Some(document.date);
    record.due = document.due;
    record.currency = Some(document.currency);
    record.tax_mode = Some(document.tax_mode);
    record.totals = Some(document.totals);
    record.sources = document.source.as_ref().map(|source| vec![source.id.clone()]);
    let lines = document.lines.iter().enumerate().map(|(at, line)| RemoteLine {
        // Ids of its own, so that lines can be told to continue one another.
        id: Some(RemoteId::new(format!("line {at}"))),
        description: line.description.clone(),
        source_line: line.source_line.clone(),
        ..line.charge.as_ref().map(charged).unwrap_or_default()
    });
    record.lines = Some(lines.collect());
}

fn charged(charge: &Charge) -> RemoteLine {
    RemoteLine {
        quantity: Some(charge.quantity.0),
        unit_price: Some(charge.unit_price.0),
        amount: Some(charge.amount),
        discount_rate: match charge.discount {
            Some(Discount::Rate(rate)) => Some(rate.0),
            _ => None,
        },
        discount_amount: match charge.discount {
            Some(Discount::Amount(amount)) => Some(amount),
            _ => None,
        },
        tax_code: Some(charge.tax_code.clone()),
        tax: Some(charge.tax.0),
        account: Some(charge.account.name().to_owned()),
        item: charge.item.as_ref().map(|item| item.name().to_owned()),
        ..RemoteLine::default()
    }
}
