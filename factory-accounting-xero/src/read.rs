//! Reading records by id and following changes.
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::{Cursor, RemoteId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{ChangeFeed, ChangePage, RemoteRecord};
use factory_accounting_http::unreadable;
use uuid::Uuid;

use crate::client::Client;
use crate::endpoint::{Endpoint, Field, Filter, Resource};
use crate::map::{allocation, remote};
use crate::probe;
use crate::wire::date::instant_text;
use crate::wire::document::Document;
use crate::wire::envelope::Envelope;

/// Changes may become visible a little after their time (xero.md 8).
pub(crate) const OVERLAP: TimeDelta = TimeDelta::seconds(60);

/// Reads records by id, in order.
pub(crate) async fn fetch(
    client: &Client,
    kind: RecordKind,
    ids: &[RemoteId],
) -> Result<Vec<Option<RemoteRecord>>, ProviderError> {
    let Some(resource) = Resource::of(kind) else {
        return Err(ProviderError::new(ErrorKind::Unsupported, format!("Xero has no record of kind {kind}")));
    };
    match resource {
        Resource::Allocations => fetch_allocations(client, ids).await,
        Resource::Quotes | Resource::PurchaseOrders => fetch_singly(client, kind, resource, ids).await,
        _ => fetch_together(client, kind, resource, ids).await,
    }
}

const FETCH: &str = "read by id";

async fn fetch_together(
    client: &Client,
    kind: RecordKind,
    resource: Resource,
    ids: &[RemoteId],
) -> Result<Vec<Option<RemoteRecord>>, ProviderError> {
    // What is no GUID is no id of Xero's, and the books hold nothing under it.
    let guids: Vec<Uuid> = ids.iter().filter_map(|id| id.as_str().parse().ok()).collect();
    let get = Endpoint::get(resource).with_unit_decimals(resource);
    let by_field = |field| Filter::any(guids.iter().map(|id| Filter::guid(field, *id)).collect());
    let endpoint = match resource {
        _ if guids.is_empty() => None,
        Resource::Contacts => Some(get.with("IDs", join(&guids)).with("includeArchived", "true")),
        Resource::Invoices => Some(get.with("IDs", join(&guids))),
        Resource::Items => by_field(Field::ItemId).map(|filter| get.with_filter(filter)),
        Resource::CreditNotes => by_field(Field::CreditNoteId).map(|filter| get.with_filter(filter)),
        _ => by_field(Field::PaymentId).map(|filter| get.with_filter(filter)),
    };
    let records = match endpoint {
        Some(endpoint) => all_pages(client, FETCH, resource, kind, endpoint).await?,
        None => Vec::new(),
    };
    let named =
        |id: &RemoteId| records.iter().find(|record| record.id.as_str().eq_ignore_ascii_case(id.as_str())).cloned();
    Ok(ids.iter().map(named).collect())
}

fn join(ids: &[Uuid]) -> String {
    ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",")
}

async fn fetch_singly(
    client: &Client,
    kind: RecordKind,
    resource: Resource,
    ids: &[RemoteId],
) -> Result<Vec<Option<RemoteRecord>>, ProviderError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let envelope = if Uuid::try_parse(id.as_str()).is_ok() {
            client.find(FETCH, resource, &Endpoint::get(resource).at(id.as_str())).await?
        } else {
            None
        };
        found.push(match envelope {
            Some(envelope) => records(FETCH, kind, &envelope)?.into_iter().next(),
            None => None,
        });
    }
    Ok(found)
}

async fn fetch_allocations(client: &Client, ids: &[RemoteId]) -> Result<Vec<Option<RemoteRecord>>, ProviderError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let (credit_note, _) = allocation::split(id)?;
        let all = probe::allocations(client, credit_note).await?.unwrap_or_default();
        found.push(all.into_iter().find(|record| record.id.as_str().eq_ignore_ascii_case(id.as_str())));
    }
    Ok(found)
}

/// The records of an answer. Documents of the other side of trade are left out: asked for as an invoice, a bill is none.
pub(crate) fn records(
    operation: &'static str,
    kind: RecordKind,
    envelope: &Envelope,
) -> Result<Vec<RemoteRecord>, ProviderError> {
    let mut read = Vec::with_capacity(envelope.elements.len());
    for (at, element) in envelope.elements.iter().enumerate() {
        let broken = |why: &str| unreadable(operation, &format!("element {at}: {why}"));
        if matches!(Resource::of(kind), Some(Resource::Invoices | Resource::CreditNotes)) {
            let document: Document = serde_json::from_str(element.get()).map_err(|error| broken(&error.to_string()))?;
            if remote::is_kind(kind, &document) {
                read.push(remote::document(kind, document).map_err(broken)?);
            }
        } else {
            read.push(remote::read(kind, element).map_err(|why| broken(&why))?);
        }
    }
    Ok(read)
}

/// All pages of a search. Lists without pages answer whole (xero.md 6).
pub(crate) async fn all_pages(
    client: &Client,
    operation: &'static str,
    resource: Resource,
    kind: RecordKind,
    endpoint: Endpoint,
) -> Result<Vec<RemoteRecord>, ProviderError> {
    if resource == Resource::Items {
        return records(operation, kind, &client.list(operation, resource, &endpoint).await?);
    }
    let mut found = Vec::new();
    for page in 1.. {
        let envelope = client.list(operation, resource, &endpoint.clone().with_page(resource, page)).await?;
        found.extend(records(operation, kind, &envelope)?);
        if !has_more(resource, page, &envelope) {
            break;
        }
    }
    Ok(found)
}

/// Whether another page follows: by the page count where there is one, else by a full page (xero.md 6).
pub(crate) fn has_more(resource: Resource, page: u32, envelope: &Envelope) -> bool {
    match envelope.pagination {
        Some(pagination) => pagination.page.max(page) < pagination.page_count && !envelope.elements.is_empty(),
        None => envelope.elements.len() >= resource.page_size(),
    }
}

/// Reads a page of changes, oldest first.
pub(crate) async fn changes(
    client: &Client,
    feed: ChangeFeed,
    cursor: Option<&Cursor>,
) -> Result<ChangePage, ProviderError> {
    let operation = "read changes";
    let (resource, kinds): (_, &[RecordKind]) = match feed {
        ChangeFeed::Parties => (Resource::Contacts, &[RecordKind::Customer]),
        ChangeFeed::Invoices => (Resource::Invoices, &[RecordKind::Invoice, RecordKind::Bill]),
        ChangeFeed::CreditNotes => (Resource::CreditNotes, &[RecordKind::CreditNote]),
        ChangeFeed::Payments => (Resource::Payments, &[RecordKind::Payment]),
        ChangeFeed::Quotes => (Resource::Quotes, &[RecordKind::Quote]),
        ChangeFeed::PurchaseOrders => (Resource::PurchaseOrders, &[RecordKind::PurchaseOrder]),
        _ => {
            let message = format!("Xero has no feed of {}", feed.as_str());
            return Err(ProviderError::new(ErrorKind::Unsupported, message));
        }
    };
    let place = cursor.map_or(Ok(Place::START), Place::read)?;
    let mut endpoint = Endpoint::get(resource).with_unit_decimals(resource).with("order", "UpdatedDateUTC ASC");
    if resource == Resource::Contacts {
        endpoint = endpoint.with("includeArchived", "true");
    }
    let endpoint = endpoint.with_page(resource, place.page);
    let envelope = client.list_since(operation, resource, &endpoint, place.since()).await?;
    let more = has_more(resource, place.page, &envelope);
    let mut found = Vec::with_capacity(envelope.elements.len());
    for kind in kinds {
        found.extend(records(operation, *kind, &envelope)?);
    }
    found.sort_by_key(|record| record.updated_at);
    // Elements of a type that no kind stands for count as read too: the cursor follows all that the page held.
    let times = change_times(operation, &envelope)?;
    Ok(ChangePage { records: found, next: place.after(&times, more).map(|place| place.write()), more })
}

fn change_times(operation: &str, envelope: &Envelope) -> Result<Vec<DateTime<Utc>>, ProviderError> {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Changed {
        #[serde(rename = "UpdatedDateUTC", deserialize_with = "crate::wire::date::optional_instant")]
        at: Option<DateTime<Utc>>,
    }
    let all: Vec<Changed> = envelope.parse().map_err(|why| unreadable(operation, &why))?;
    Ok(all.into_iter().filter_map(|changed| changed.at).collect())
}

/// How far a feed has been read.
///
/// While pages follow one another the place moves by time, not by page: a record that changes meanwhile moves to the end
/// of the list and would pull the following pages forward, past what has not been read. Only where a whole page falls into
/// one second, the finest that Xero filters by, or does not come in order, is the next page asked for by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// Everything changed before this has been read.
    upto: Option<DateTime<Utc>>,
    page: u32,
    /// In the middle of reading; else the next read begins a little earlier.
    midway: bool,
}

impl Place {
    const START: Self = Self { upto: None, page: 1, midway: false };

    fn since(self) -> Option<DateTime<Utc>> {
        if self.midway { self.upto } else { self.upto.and_then(|upto| upto.checked_sub_signed(OVERLAP)) }
    }

    /// Where to go on after a page of records with these times of change; `None` where nothing has ever been there.
    fn after(self, times: &[DateTime<Utc>], more: bool) -> Option<Self> {
        let newest = times.iter().max().copied();
        let reached = newest.max(self.upto);
        if !more {
            return reached.map(|upto| Self { upto: Some(upto), page: 1, midway: false });
        }
        let second = newest.map(|at| at.trunc_subsecs(0));
        let began = self.since().map(|at| at.trunc_subsecs(0));
        if times.is_sorted() && second > began {
            return Some(Self { upto: second, page: 1, midway: true });
        }
        Some(Self { upto: self.since(), page: self.page.saturating_add(1), midway: true })
    }

    fn write(self) -> Cursor {
        let upto = self.upto.map(instant_text).unwrap_or_default();
        let state = if self.midway { "midway" } else { "done" };
        Cursor::new(format!("x1|{upto}|{}|{state}", self.page))
    }

    fn read(cursor: &Cursor) -> Result<Self, ProviderError> {
        let parse = || {
            let mut parts = cursor.as_str().split('|');
            let ("x1", upto, page, state, None) =
                (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next())
            else {
                return None;
            };
            let upto = if upto.is_empty() { None } else { Some(DateTime::parse_from_rfc3339(upto).ok()?.to_utc()) };
            let midway = match state {
                "midway" => true,
                "done" => false,
                _ => return None,
            };
            Some(Self { upto, page: page.parse().ok().filter(|page| *page > 0)?, midway })
        };
        parse().ok_or_else(|| {
            let message =
                format!("the cursor {:?} is not one of this provider's: read from the beginning", cursor.as_str());
            ProviderError::new(ErrorKind::Internal, message)
        })
    }
}

#[cfg(test)]
mod tests;
