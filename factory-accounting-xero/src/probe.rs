//! Looking for records by their markers (xero.md 7.3).
//!
//! Searches compare without regard to case and some only narrow down, so that every hit is compared again here, exactly.
//! A marker that no filter can quote is looked for in a wider window: a search that misses would pass for proof that
//! nothing exists.

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{ProbeTarget, RemoteRecord, RemoteStatus};
use factory_accounting_http::unreadable;

use crate::client::Client;
use crate::endpoint::{Endpoint, Field, Filter, Resource};
use crate::map::remote;
use crate::read;
use crate::wire::document::Document;

const OPERATION: &str = "look for a record";

/// Every record that carries a target's marker, target by target.
pub(crate) async fn probe(client: &Client, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
    let Some(first) = targets.first() else { return Ok(Vec::new()) };
    let kind = first.kind;
    if targets.iter().any(|target| target.kind != kind || target.in_reference != first.in_reference) {
        return Err(ProviderError::new(
            ErrorKind::Internal,
            "markers of several kinds cannot be looked for in one call",
        ));
    }
    match Resource::of(kind) {
        None => Err(ProviderError::new(ErrorKind::Unsupported, format!("Xero has no record of kind {kind}"))),
        Some(Resource::Allocations) => each_allocation(client, targets).await,
        Some(resource @ (Resource::Quotes | Resource::PurchaseOrders)) => {
            let mut found = Vec::with_capacity(targets.len());
            for target in targets {
                let endpoint = without_filters(resource, target)?;
                let records = match endpoint {
                    Search::One(endpoint) => one(client, resource, kind, &endpoint).await?,
                    Search::Pages(endpoint) => read::all_pages(client, OPERATION, resource, kind, endpoint).await?,
                };
                found.push(records.into_iter().filter(|record| carries(record, target)).collect());
            }
            Ok(found)
        }
        Some(resource) => {
            let mut records = Vec::new();
            for endpoint in searches(resource, targets)? {
                records.extend(read::all_pages(client, OPERATION, resource, kind, endpoint).await?);
            }
            Ok(share_out(&records, targets))
        }
    }
}

/// Gives each target its own. A record that two searches met counts once.
fn share_out(records: &[RemoteRecord], targets: &[ProbeTarget]) -> Vec<Vec<RemoteRecord>> {
    targets
        .iter()
        .map(|target| {
            let mut found: Vec<RemoteRecord> = Vec::new();
            for record in records.iter().filter(|record| carries(record, target)) {
                if !found.iter().any(|known| known.id == record.id) {
                    found.push(record.clone());
                }
            }
            found
        })
        .collect()
}

/// Whether a record really carries the marker where it travels (R4).
fn carries(record: &RemoteRecord, target: &ProbeTarget) -> bool {
    let field =
        if target.in_reference || target.kind == RecordKind::Payment { &record.reference } else { &record.number };
    let marked = field.as_deref().is_some_and(|text| text.trim() == target.marker.trim());
    // Bills of several suppliers share numbers (xero.md 4.7). Elsewhere the party is not compared: it may have been merged
    // into another since, and a record that was missed would be sent again.
    let ours = match (&target.party, &record.party) {
        (Some(party), Some(found)) if target.kind == RecordKind::Bill => party == found,
        _ => true,
    };
    let parent = match (&target.parent, &record.parent) {
        (Some(parent), Some(found)) => parent == found,
        _ => true,
    };
    marked && ours && parent || has_its_name(record, target)
}

/// Whether a contact has the name of a party, so that no other can have it: names are compared without regard to case, and
/// archived contacts give theirs up (xero.md 4.2).
fn has_its_name(record: &RemoteRecord, target: &ProbeTarget) -> bool {
    let (Some(found), Some(name)) = (&record.name, &target.name) else { return false };
    target.kind.is_party()
        && record.status != RemoteStatus::Archived
        && found.trim().to_lowercase() == name.trim().to_lowercase()
}

/// The searches for targets of a resource that takes filters: together where all markers can be quoted.
fn searches(resource: Resource, targets: &[ProbeTarget]) -> Result<Vec<Endpoint>, ProviderError> {
    let get = || with_archived(Endpoint::get(resource).with_unit_decimals(resource), resource);
    let in_reference = targets.iter().any(|target| target.in_reference);
    let markers: Vec<&str> = targets.iter().map(|target| target.marker.trim()).collect();
    if resource == Resource::Invoices && !in_reference && !markers.iter().any(|marker| marker.contains(',')) {
        return Ok(vec![get().with("InvoiceNumbers", markers.join(","))]);
    }
    let field = match resource {
        Resource::Contacts => Field::ContactNumber,
        Resource::Items => Field::Code,
        Resource::Invoices if !in_reference => Field::InvoiceNumber,
        Resource::CreditNotes if !in_reference => Field::CreditNoteNumber,
        _ => Field::Reference,
    };
    let mut together = Vec::new();
    let mut endpoints = Vec::new();
    for target in targets {
        match Filter::text(field, target.marker.trim()) {
            Some(filter) => together.push(filter),
            None => endpoints.push(unquoted(resource, target, get())?),
        }
        // Who has the name that a contact was refused for. One that is missed is a question that shows nobody.
        let name = target.name.as_deref().filter(|_| resource == Resource::Contacts);
        together.extend(name.and_then(|name| Filter::text(Field::Name, name.trim())));
    }
    endpoints.extend(Filter::any(together).map(|filter| get().with_filter(filter)));
    Ok(endpoints)
}

// Archived contacts are left out unless asked for (xero.md 6).
fn with_archived(endpoint: Endpoint, resource: Resource) -> Endpoint {
    if resource == Resource::Contacts { endpoint.with("includeArchived", "true") } else { endpoint }
}

/// A wider search for a marker that no filter can quote.
fn unquoted(resource: Resource, target: &ProbeTarget, get: Endpoint) -> Result<Endpoint, ProviderError> {
    match resource {
        // Both search the fields that carry markers, and take the text as it is (xero.md 6).
        Resource::Contacts | Resource::Invoices => Ok(get.with("searchTerm", target.marker.trim())),
        Resource::Items => Ok(get),
        _ => {
            let date = target.date.ok_or_else(|| no_window(target))?;
            Ok(get.with_filter(Filter::date(Field::Date, date)))
        }
    }
}

/// How quotes and purchase orders are searched: they take no filters (xero.md 6).
#[derive(Debug, PartialEq, Eq)]
enum Search {
    One(Endpoint),
    Pages(Endpoint),
}

fn without_filters(resource: Resource, target: &ProbeTarget) -> Result<Search, ProviderError> {
    let get = Endpoint::get(resource);
    let marker = target.marker.trim();
    if resource == Resource::Quotes && !target.in_reference {
        return Ok(Search::Pages(get.with("QuoteNumber", marker)));
    }
    // A number that is safe as a path segment names the order itself; deleted ones keep theirs (xero.md 4.8).
    let plain = marker.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if resource == Resource::PurchaseOrders && !target.in_reference && plain && !marker.is_empty() {
        return Ok(Search::One(get.at(marker)));
    }
    let date = target.date.ok_or_else(|| no_window(target))?.to_string();
    Ok(Search::Pages(get.with("DateFrom", date.clone()).with("DateTo", date)))
}

fn no_window(target: &ProbeTarget) -> ProviderError {
    let message = format!("{} {:?} cannot be looked for in Xero without its date", target.kind, target.marker);
    ProviderError::new(ErrorKind::Unsupported, message)
}

async fn one(
    client: &Client,
    resource: Resource,
    kind: RecordKind,
    endpoint: &Endpoint,
) -> Result<Vec<RemoteRecord>, ProviderError> {
    match client.find(OPERATION, resource, endpoint).await? {
        Some(envelope) => read::records(OPERATION, kind, &envelope),
        None => Ok(Vec::new()),
    }
}

/// Allocations carry no text: they are known by their place (xero.md 4.10).
async fn each_allocation(client: &Client, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
    let mut found = Vec::with_capacity(targets.len());
    for target in targets {
        let parent = target.parent.as_ref().ok_or_else(|| {
            ProviderError::new(ErrorKind::Internal, "an allocation cannot be looked for without its credit note")
        })?;
        let all = allocations(client, parent.as_str()).await?.unwrap_or_default();
        found.push(all.into_iter().filter(|record| record.counterpart == target.counterpart).collect());
    }
    Ok(found)
}

/// The allocations of a credit note; `None` where there is no such credit note.
pub(crate) async fn allocations(
    client: &Client,
    credit_note: &str,
) -> Result<Option<Vec<RemoteRecord>>, ProviderError> {
    let operation = "read allocations";
    let endpoint = Endpoint::get(Resource::CreditNotes).at(credit_note).with_unit_decimals(Resource::CreditNotes);
    let Some(envelope) = client.find(operation, Resource::CreditNotes, &endpoint).await? else { return Ok(None) };
    let documents: Vec<Document> = envelope.parse().map_err(|why| unreadable(operation, &why))?;
    let read = |document: &Document| {
        let id = document.id.as_deref().ok_or("a credit note without an id")?;
        document.allocations.iter().map(|one| remote::allocation(id, one)).collect::<Result<Vec<_>, _>>()
    };
    let records =
        documents.iter().map(read).collect::<Result<Vec<_>, _>>().map_err(|why| unreadable(operation, why))?;
    Ok(Some(records.into_iter().flatten().collect()))
}

#[cfg(test)]
mod tests;
