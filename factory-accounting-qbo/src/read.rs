//! Reading records by id and following changes.

mod place;

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::{Cursor, RemoteId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{ChangeFeed, ChangePage, RemoteRecord, RemoteStatus};
use factory_accounting_http::unreadable;
use serde_json::value::RawValue;

use self::place::Place;
use crate::client::Client;
use crate::dialect;
use crate::endpoint::{Endpoint, Entity};
use crate::query::{PAGE, Property, Query};
use crate::remote_id;
use crate::wire::date::instant_text;
use crate::wire::document::Document;
use crate::wire::envelope::Changes;

/// Ids of one question: its statement stays well within what an address may hold or a body needs.
const IDS: usize = 100;
/// Changes are told for thirty days (qbo.md 7.2); a day is kept back, because clocks differ.
const LOOK_BACK: TimeDelta = TimeDelta::days(29);

const FETCH: &str = "read by id";
const CHANGES: &str = "read changes";

/// Reads records by id, in order. Ids of other entities than the kind's are none that the books hold as such a record.
pub(crate) async fn fetch(
    client: &Client,
    kind: RecordKind,
    ids: &[RemoteId],
) -> Result<Vec<Option<RemoteRecord>>, ProviderError> {
    let mut wanted: BTreeMap<Entity, Vec<&str>> = BTreeMap::new();
    for (entity, bare) in ids.iter().filter_map(remote_id::split).filter(|(entity, _)| holds(*entity, kind)) {
        wanted.entry(entity).or_default().push(bare);
    }
    let mut found = BTreeMap::new();
    for (entity, bare) in wanted {
        for ids in bare.chunks(IDS) {
            let query = Query::of(entity).one_of(Property::Id, ids.iter().copied())?;
            for record in records(client, FETCH, kind, entity, &client.all_rows(FETCH, &query).await?)? {
                found.insert(record.id.clone(), record);
            }
        }
    }
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

/// Whether records of a kind lie in an entity.
fn holds(entity: Entity, kind: RecordKind) -> bool {
    match kind {
        RecordKind::Customer | RecordKind::Job => entity == Entity::Customer,
        RecordKind::Supplier => entity == Entity::Vendor,
        RecordKind::Product => entity == Entity::Item,
        RecordKind::Quote => entity == Entity::Estimate,
        RecordKind::Order => matches!(entity, Entity::Estimate | Entity::Invoice),
        RecordKind::Invoice => entity == Entity::Invoice,
        RecordKind::CreditNote => entity == Entity::CreditMemo,
        RecordKind::PurchaseOrder => entity == Entity::PurchaseOrder,
        RecordKind::Bill => entity == Entity::Bill,
        RecordKind::Payment => matches!(entity, Entity::Payment | Entity::BillPayment),
        RecordKind::Allocation => entity == Entity::Payment,
        RecordKind::Expense => entity == Entity::Purchase,
        _ => false,
    }
}

/// Rows as records of a kind.
pub(crate) fn records(
    client: &Client,
    operation: &'static str,
    kind: RecordKind,
    entity: Entity,
    rows: &[Box<RawValue>],
) -> Result<Vec<RemoteRecord>, ProviderError> {
    let read = |at: usize, row: &RawValue| {
        client.reader.read(kind, entity, row).map_err(|why| unreadable(operation, &format!("row {at}: {why}")))
    };
    rows.iter().enumerate().map(|(at, row)| read(at, row)).collect()
}

/// The entities of a feed, each with the kind that its records are read as.
fn feed_entities(feed: ChangeFeed) -> Option<&'static [(Entity, RecordKind)]> {
    Some(match feed {
        ChangeFeed::Parties => &[(Entity::Customer, RecordKind::Customer), (Entity::Vendor, RecordKind::Supplier)],
        ChangeFeed::Invoices => &[(Entity::Invoice, RecordKind::Invoice), (Entity::Bill, RecordKind::Bill)],
        ChangeFeed::CreditNotes => &[(Entity::CreditMemo, RecordKind::CreditNote)],
        ChangeFeed::Payments => &[(Entity::Payment, RecordKind::Payment), (Entity::BillPayment, RecordKind::Payment)],
        ChangeFeed::Quotes => &[(Entity::Estimate, RecordKind::Quote)],
        ChangeFeed::PurchaseOrders => &[(Entity::PurchaseOrder, RecordKind::PurchaseOrder)],
        ChangeFeed::Expenses => &[(Entity::Purchase, RecordKind::Expense), (Entity::Bill, RecordKind::Bill)],
        _ => return None,
    })
}

/// Reads a page of changes, oldest first.
///
/// Changes are asked for as such where that tells all of them: from a known time within thirty days, and fewer than a
/// thousand. Anything else is enumerated by time of change, entity by entity, and asked for as changes again from when the
/// enumeration began (R42, X9). An enumeration does not tell what was deleted: that is noticed where the record is next
/// read by its id.
pub(crate) async fn changes(
    client: &Client,
    feed: ChangeFeed,
    cursor: Option<&Cursor>,
) -> Result<ChangePage, ProviderError> {
    let Some(entities) = feed_entities(feed) else {
        let message = format!("QuickBooks has no feed of {}", feed.as_str());
        return Err(ProviderError::new(ErrorKind::Unsupported, message));
    };
    let place = cursor.map_or(Ok(Place::beginning()), Place::read)?;
    match place {
        Place::Changes { since } if client.clock.now() - since < LOOK_BACK => {
            match told(client, entities, since).await? {
                Some(page) => Ok(page),
                None => enumerated(client, entities, Place::enumeration(Some(since))).await,
            }
        }
        Place::Changes { since } => enumerated(client, entities, Place::enumeration(Some(since))).await,
        enumeration => enumerated(client, entities, enumeration).await,
    }
}

/// What has changed, as QuickBooks tells it; `None` where it may not have told all of it.
async fn told(
    client: &Client,
    entities: &[(Entity, RecordKind)],
    since: DateTime<Utc>,
) -> Result<Option<ChangePage>, ProviderError> {
    let names = entities.iter().map(|(entity, _)| entity.name()).collect::<Vec<_>>().join(",");
    let endpoint =
        Endpoint::changes().with("entities", names).with("changedSince", instant_text(Place::with_overlap(since)));
    let answer = client.ask(CHANGES, client.request(&endpoint, Bytes::new())?).await?;
    let changes = Changes::read(&answer.body).map_err(|why| dialect::unreadable(CHANGES, &answer, &why))?;
    // A thousand objects over all entities is the most that an answer holds: it may have been cut.
    if changes.cut || changes.rows.len() >= PAGE {
        return Ok(None);
    }
    let Some(time) = changes.time else {
        return Err(dialect::unreadable(CHANGES, &answer, "it does not say its time"));
    };
    let mut found = Vec::with_capacity(changes.rows.len());
    let mut gone: BTreeMap<RecordKind, Vec<RemoteRecord>> = BTreeMap::new();
    for (entity, row) in &changes.rows {
        let Some((_, kind)) = entities.iter().find(|(asked, _)| asked == entity) else {
            return Err(dialect::unreadable(CHANGES, &answer, &format!("changes of {}", entity.name())));
        };
        match stub(*entity, *kind, row).map_err(|why| dialect::unreadable(CHANGES, &answer, &why))? {
            Some(record) => gone.entry(*kind).or_default().push(record),
            None => found.push(row_record(client, *entity, *kind, row)?),
        }
    }
    for (kind, stubs) in gone {
        found.extend(confirmed(client, kind, stubs).await?);
    }
    found.sort_by_key(|record| record.updated_at);
    Ok(Some(ChangePage { records: found, next: Some(Place::Changes { since: time }.write()), more: false }))
}

/// A row of changes or of an enumeration. Sub-customers are jobs.
fn row_record(
    client: &Client,
    entity: Entity,
    kind: RecordKind,
    row: &RawValue,
) -> Result<RemoteRecord, ProviderError> {
    let mut record = client.reader.read(kind, entity, row).map_err(|why| unreadable(CHANGES, &why))?;
    if entity == Entity::Customer && record.parent.is_some() {
        record.kind = RecordKind::Job;
    }
    Ok(record)
}

/// The record that a stub stands for: all that is left of one that was deleted.
fn stub(entity: Entity, kind: RecordKind, row: &RawValue) -> Result<Option<RemoteRecord>, String> {
    let read: Document = serde_json::from_str(row.get()).map_err(|error| error.to_string())?;
    if !read.stub.is_some_and(|status| status.eq_ignore_ascii_case("deleted")) {
        return Ok(None);
    }
    let id = read.id.ok_or("a deleted record without an id")?;
    let mut record = RemoteRecord::new(kind, remote_id::compose(entity, &id), RemoteStatus::Deleted);
    record.updated_at = read.meta_data.and_then(|times| times.last_updated_time);
    Ok(Some(record))
}

/// Records that are said to be deleted, as they really are: the word has been wrong before (qbo.md 7.2).
async fn confirmed(
    client: &Client,
    kind: RecordKind,
    stubs: Vec<RemoteRecord>,
) -> Result<Vec<RemoteRecord>, ProviderError> {
    let ids: Vec<RemoteId> = stubs.iter().map(|record| record.id.clone()).collect();
    let live = fetch(client, kind, &ids).await?;
    Ok(stubs.into_iter().zip(live).map(|(stub, live)| live.unwrap_or(stub)).collect())
}

/// One page of an enumeration.
async fn enumerated(
    client: &Client,
    entities: &[(Entity, RecordKind)],
    place: Place,
) -> Result<ChangePage, ProviderError> {
    let Place::Enumeration(at) = place else {
        return Err(ProviderError::new(ErrorKind::Internal, "a place among changes is no place in an enumeration"));
    };
    let Some((entity, kind)) = entities.get(at.entity).copied() else {
        return Err(ProviderError::new(
            ErrorKind::Internal,
            "the cursor lies beyond this feed: read from the beginning",
        ));
    };
    let query = Query::of(entity).changed_since(at.since()).by_change().page(at.page);
    let rows = client.rows(CHANGES, &query).await?;
    let full = rows.rows.len() >= PAGE;
    let found = rows.rows.iter().map(|row| row_record(client, entity, kind, row)).collect::<Result<Vec<_>, _>>()?;
    let Some(began) = at.began.or(rows.time) else { return Err(unreadable(CHANGES, "it does not say its time")) };
    let times: Vec<DateTime<Utc>> = found.iter().filter_map(|record| record.updated_at).collect();
    let last = at.entity + 1 >= entities.len();
    let next = at.after(began, &times, full, last);
    let more = matches!(next, Place::Enumeration(_));
    Ok(ChangePage { records: found, next: Some(next.write()), more })
}

#[cfg(test)]
mod tests;
