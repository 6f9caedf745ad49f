//! Looking for records by their markers.
//!
//! Questions compare without regard to case, so that every hit is compared again here, exactly.

use std::collections::BTreeMap;

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{ProbeTarget, RemoteRecord};

use crate::client::{Client, parse_all};
use crate::endpoint::Entity;
use crate::map::remote::documents_of;
use crate::query::{Property, Query};
use crate::wire::document::Document;
use crate::wire::party::Name;
use crate::wire::payment::Payment;
use crate::{names, read, remote_id};

const OPERATION: &str = "look for a record";

/// Every record that carries a target's marker, target by target.
pub(crate) async fn probe(client: &Client, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
    let Some(first) = targets.first() else { return Ok(Vec::new()) };
    if targets.iter().any(|target| target.kind != first.kind) {
        return Err(ProviderError::new(
            ErrorKind::Internal,
            "markers of several kinds cannot be looked for in one call",
        ));
    }
    match first.kind {
        RecordKind::Customer | RecordKind::Supplier | RecordKind::Job => keyed(client, targets).await,
        RecordKind::Payment => payments(client, targets).await,
        RecordKind::Allocation => each_allocation(client, targets).await,
        _ => documents(client, targets).await,
    }
}

fn entity(target: &ProbeTarget) -> Result<Entity, ProviderError> {
    Entity::of(target.kind, target.order_form, target.parent.as_ref()).ok_or_else(|| {
        ProviderError::new(ErrorKind::Unsupported, format!("QuickBooks has no record of kind {}", target.kind))
    })
}

/// Targets by the entity that they are looked for in.
fn grouped(targets: &[ProbeTarget]) -> Result<BTreeMap<Entity, Vec<usize>>, ProviderError> {
    let mut groups: BTreeMap<Entity, Vec<usize>> = BTreeMap::new();
    for (at, target) in targets.iter().enumerate() {
        groups.entry(entity(target)?).or_default().push(at);
    }
    Ok(groups)
}

/// Documents and items, together where their numbers are asked for.
async fn documents(client: &Client, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
    let mut found = vec![Vec::new(); targets.len()];
    for (entity, members) in grouped(targets)? {
        let property = if entity == Entity::Item { Property::Sku } else { Property::DocNumber };
        let of = |at: &usize| targets.get(*at);
        let numbered: Vec<&str> =
            members.iter().filter_map(of).filter(|target| !target.in_reference).map(marker).collect();
        let records = if numbered.is_empty() {
            Vec::new()
        } else {
            ask(client, entity, targets, Query::of(entity).one_of(property, numbered)?).await?
        };
        for at in members {
            let (Some(target), Some(slot)) = (targets.get(at), found.get_mut(at)) else { continue };
            if target.in_reference {
                slot.extend(noted(client, entity, target).await?);
            } else {
                slot.extend(records.iter().filter(|record| carries(record, target)).cloned());
            }
        }
    }
    Ok(found)
}

async fn ask(
    client: &Client,
    entity: Entity,
    targets: &[ProbeTarget],
    query: Query,
) -> Result<Vec<RemoteRecord>, ProviderError> {
    let kind = targets.first().map_or(RecordKind::Invoice, |target| target.kind);
    read::records(client, OPERATION, kind, entity, &client.all_rows(OPERATION, &query).await?)
}

fn marker(target: &ProbeTarget) -> &str {
    target.marker.trim()
}

/// References cannot be asked for: the documents of the day are, and of the customer where the form has one (qbo.md 6).
fn within(entity: Entity, target: &ProbeTarget) -> Result<Query, ProviderError> {
    let date = target.date.ok_or_else(|| {
        let message =
            format!("{} {:?} cannot be looked for in QuickBooks without its date", target.kind, target.marker);
        ProviderError::new(ErrorKind::Unsupported, message)
    })?;
    let query = Query::of(entity).on(date);
    match target.party.as_ref().and_then(remote_id::split) {
        Some((Entity::Customer, id)) => query.is(Property::CustomerRef, id),
        _ => Ok(query),
    }
}

/// The documents of the day whose private note holds the marker: it travels there whatever field references have.
async fn noted(client: &Client, entity: Entity, target: &ProbeTarget) -> Result<Vec<RemoteRecord>, ProviderError> {
    let rows = client.all_rows(OPERATION, &within(entity, target)?).await?;
    let records = read::records(client, OPERATION, target.kind, entity, &rows)?;
    let documents: Vec<Document> = parse_all(OPERATION, &rows)?;
    let marked =
        |document: &Document| document.private_note.as_deref().is_some_and(|note| mentions(note, marker(target)));
    let pairs = records.into_iter().zip(&documents);
    Ok(pairs
        .filter(|(record, document)| marked(document) && of_party(record, target))
        .map(|(record, _)| record)
        .collect())
}

/// Whether a record really carries the marker as its number (R4).
fn carries(record: &RemoteRecord, target: &ProbeTarget) -> bool {
    record.number.as_deref().map(str::trim) == Some(marker(target)) && of_party(record, target)
}

/// Bills of several vendors share numbers (qbo.md 5.10). Elsewhere the party is not compared: it may have been merged into
/// another since, and a record that was missed would be sent again.
fn of_party(record: &RemoteRecord, target: &ProbeTarget) -> bool {
    match (&target.party, &record.party) {
        (Some(party), Some(found)) if target.kind == RecordKind::Bill => party == found,
        _ => true,
    }
}

/// Whether a text holds the marker, not as a part of a longer number: people write into notes, and a void puts a word
/// before them.
fn mentions(text: &str, marker: &str) -> bool {
    let continues = |next: Option<char>| next.is_some_and(|c| c.is_alphanumeric() || c == '-');
    !marker.is_empty()
        && text.match_indices(marker).any(|(at, found)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + found.len()..).and_then(|after| after.chars().next());
            !continues(before) && !continues(after)
        })
}

/// Parties and jobs carry their key in their notes, which cannot be asked for (qbo.md 6). They are asked for by name, with
/// and without the addition that tells namesakes apart, among customers and vendors alike, for the two share their names.
/// Where that does not show the key, all records of the kind are read: people rename them, and one that was missed would be
/// made again.
async fn keyed(client: &Client, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
    let spellings: Vec<Vec<String>> = targets.iter().map(spellings).collect();
    let mut found = vec![Vec::new(); targets.len()];
    if spellings.iter().any(|names| !names.is_empty()) {
        for entity in [Entity::Customer, Entity::Vendor] {
            let names = spellings.iter().flatten().map(String::as_str);
            let query = Query::of(entity).one_of(Property::DisplayName, names)?;
            let named = named(client, entity, &query).await?;
            for ((slot, target), names) in found.iter_mut().zip(targets).zip(&spellings) {
                let met = named.iter().filter(|(record, display)| has_key(record, target) || is_among(display, names));
                slot.extend(met.map(|(record, _)| record.clone()));
            }
        }
    }
    let missed =
        |(slot, target): (&Vec<RemoteRecord>, &ProbeTarget)| !slot.iter().any(|record| has_key(record, target));
    if found.iter().zip(targets).any(missed) {
        let kind = targets.first().map_or(RecordKind::Customer, |target| target.kind);
        let entity = if kind == RecordKind::Supplier { Entity::Vendor } else { Entity::Customer };
        let all = named(client, entity, &Query::of(entity)).await?;
        for (slot, target) in found.iter_mut().zip(targets) {
            for (record, _) in all.iter().filter(|(record, _)| has_key(record, target)) {
                if !slot.iter().any(|known: &RemoteRecord| known.id == record.id) {
                    slot.push(record.clone());
                }
            }
        }
    }
    Ok(found)
}

/// The display names that a target may have; none that QuickBooks could not hold.
fn spellings(target: &ProbeTarget) -> Vec<String> {
    let Some(name) = target.name.as_deref() else { return Vec::new() };
    let distinct = [false, true].into_iter().take(if target.kind == RecordKind::Job { 1 } else { 2 });
    distinct.filter_map(|distinct| names::display_name(target.kind, name, marker(target), distinct).ok()).collect()
}

fn has_key(record: &RemoteRecord, target: &ProbeTarget) -> bool {
    record.number.as_deref() == Some(marker(target))
}

/// Names are compared without regard to case (qbo.md 5.0).
fn is_among(display: &str, names: &[String]) -> bool {
    names.iter().any(|name| name.trim().to_lowercase() == display.trim().to_lowercase())
}

/// Rows of names as records of their own kinds, each with its display name.
async fn named(client: &Client, entity: Entity, query: &Query) -> Result<Vec<(RemoteRecord, String)>, ProviderError> {
    let rows = client.all_rows(OPERATION, query).await?;
    let displayed: Vec<Name> = parse_all(OPERATION, &rows)?;
    let kind = if entity == Entity::Vendor { RecordKind::Supplier } else { RecordKind::Customer };
    let mut records = read::records(client, OPERATION, kind, entity, &rows)?;
    for record in records.iter_mut().filter(|record| entity == Entity::Customer && record.parent.is_some()) {
        record.kind = RecordKind::Job;
    }
    Ok(records.into_iter().zip(displayed.into_iter().map(|name| name.display_name.unwrap_or_default())).collect())
}

/// Payments by their reference. People share references between payments: one that is applied to other documents only is
/// not meant; one that is applied to nothing may be (R20).
async fn payments(client: &Client, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
    let mut found = vec![Vec::new(); targets.len()];
    for (entity, members) in grouped(targets)? {
        let property = if entity == Entity::BillPayment { Property::DocNumber } else { Property::PaymentRefNum };
        let markers = members.iter().filter_map(|at| targets.get(*at)).map(marker);
        let rows = client.all_rows(OPERATION, &Query::of(entity).one_of(property, markers)?).await?;
        let records = read::records(client, OPERATION, RecordKind::Payment, entity, &rows)?;
        let read: Vec<Payment> = parse_all(OPERATION, &rows)?;
        for at in members {
            let (Some(target), Some(slot)) = (targets.get(at), found.get_mut(at)) else { continue };
            for (record, payment) in records.iter().zip(&read) {
                let documents = documents_of(payment);
                let meant =
                    target.parent.as_ref().is_none_or(|parent| documents.is_empty() || documents.contains(parent));
                if record.number.as_deref().map(str::trim) == Some(marker(target)) && meant {
                    slot.push(record.clone());
                }
            }
        }
    }
    Ok(found)
}

/// Allocations carry no text: they are the payments over nothing that tie the credit memo to the invoice. The invoice
/// names its payments (qbo.md 5.15).
async fn each_allocation(client: &Client, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
    let mut found = Vec::with_capacity(targets.len());
    for target in targets {
        let (Some(parent), Some(counterpart)) = (&target.parent, &target.counterpart) else {
            let message = "an allocation cannot be looked for without its credit note and its invoice";
            return Err(ProviderError::new(ErrorKind::Internal, message));
        };
        let invoice = remote_id::bare(counterpart, Entity::Invoice)?;
        let query = Query::of(Entity::Invoice).is(Property::Id, invoice)?;
        let invoices: Vec<Document> = client.all(OPERATION, &query).await?;
        let ties = invoices.iter().flat_map(|invoice| &invoice.linked_txn);
        let payments: Vec<RemoteId> = ties
            .filter(|tie| tie.txn_type.as_deref() == Some("Payment"))
            .filter_map(|tie| Some(remote_id::compose(Entity::Payment, tie.txn_id.as_deref()?)))
            .collect();
        let records = read::fetch(client, RecordKind::Allocation, &payments).await?.into_iter().flatten();
        let ours = |record: &RemoteRecord| {
            record.parent.as_ref() == Some(parent) && record.counterpart.as_ref() == Some(counterpart)
        };
        found.push(records.filter(ours).collect());
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
