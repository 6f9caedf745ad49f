//! Reading records by id and following changes.

mod place;

use std::collections::BTreeMap;

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::{Cursor, RemoteId};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{ChangeFeed, ChangePage, RemoteRecord};
use factory_accounting_http::unreadable;
use serde_json::value::RawValue;

use self::place::Place;
use crate::client::{Client, parse_all};
use crate::endpoint::Endpoint;
use crate::map::remote::Carry;
use crate::odata::{CLAUSES, Field, Filter, Query, Union};
use crate::profile::FileProfile;
use crate::remote_id::{self, Collection, Layout};
use crate::wire::document::Document;
use crate::wire::page::Row;

const FETCH: &str = "read by id";
const CHANGES: &str = "read changes";

/// Reads records by id, in order, each as it stands. Ids of other collections than the kind's are none that the books hold
/// as such a record.
pub(crate) async fn fetch(
    client: &Client,
    kind: RecordKind,
    ids: &[RemoteId],
) -> Result<Vec<Option<RemoteRecord>>, ProviderError> {
    let mut wanted: BTreeMap<Collection, Vec<&str>> = BTreeMap::new();
    for (collection, uid) in ids.iter().filter_map(remote_id::split).filter(|(found, _)| found.holds(kind)) {
        wanted.entry(collection).or_default().push(uid);
    }
    let mut found = BTreeMap::new();
    for (collection, mut uids) in wanted {
        uids.sort_unstable();
        uids.dedup();
        for uids in uids.chunks(CLAUSES) {
            for row in by_uid(client, collection, uids).await? {
                let record = read(client, FETCH, kind, collection, &row, Carry::Keep)?;
                found.insert(record.id.clone(), record);
            }
        }
    }
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

async fn by_uid(client: &Client, collection: Collection, uids: &[&str]) -> Result<Vec<Box<RawValue>>, ProviderError> {
    if let [one] = uids {
        let row = client.read_one(FETCH, &Endpoint::get(collection, one)).await?;
        return Ok(row.into_iter().collect());
    }
    let filters = uids.iter().map(|uid| Filter::is_uid(Field::Uid, uid)).collect::<Result<Vec<_>, _>>()?;
    match Filter::any(filters) {
        Some(filter) => client.all_rows(FETCH, &Query::of(collection).matching(filter)).await,
        None => Ok(Vec::new()),
    }
}

/// A row as a record of a kind.
pub(crate) fn read(
    client: &Client,
    operation: &'static str,
    kind: RecordKind,
    collection: Collection,
    row: &RawValue,
    carry: Carry,
) -> Result<RemoteRecord, ProviderError> {
    client.reader.read(kind, collection, row, carry).map_err(|why| unreadable(operation, &why))
}

/// A list that is followed, and what its rows are read as.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// Documents of every layout; of what is below zero only, or of what is not.
    Union(Union, RecordKind, Sign),
    /// The rows of one collection, whole.
    Typed(Collection, RecordKind),
}

/// Which documents of a union are meant: a credit note is an invoice below zero (myob.md 3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Claims,
    Credits,
}

/// The lists of a feed. Unions tell states and balances of all layouts in one call; where lines are needed, the collections
/// themselves are read (myob.md 5).
fn sources(feed: ChangeFeed) -> Option<&'static [Source]> {
    use Source::{Typed, Union as Over};
    Some(match feed {
        ChangeFeed::Parties => {
            &[Typed(Collection::Customer, RecordKind::Customer), Typed(Collection::Supplier, RecordKind::Supplier)]
        }
        ChangeFeed::Invoices => &[
            Over(Union::Invoices, RecordKind::Invoice, Sign::Claims),
            Over(Union::Bills, RecordKind::Bill, Sign::Claims),
        ],
        ChangeFeed::CreditNotes => &[Over(Union::Invoices, RecordKind::CreditNote, Sign::Credits)],
        ChangeFeed::Payments => &[
            Typed(Collection::CustomerPayment, RecordKind::Payment),
            Typed(Collection::SupplierPayment, RecordKind::Payment),
            Typed(Collection::CreditRefund, RecordKind::Payment),
        ],
        ChangeFeed::Quotes => &[Over(Union::Quotes, RecordKind::Quote, Sign::Claims)],
        ChangeFeed::PurchaseOrders => &[Over(Union::PurchaseOrders, RecordKind::PurchaseOrder, Sign::Claims)],
        ChangeFeed::Expenses => &[
            Typed(Collection::SpendMoney, RecordKind::Expense),
            Typed(Collection::Bill(Layout::Item), RecordKind::Bill),
            Typed(Collection::Bill(Layout::Service), RecordKind::Bill),
            Typed(Collection::Bill(Layout::Professional), RecordKind::Bill),
            Typed(Collection::Bill(Layout::Miscellaneous), RecordKind::Bill),
        ],
        _ => return None,
    })
}

impl Source {
    fn query(self) -> Query {
        match self {
            Self::Union(union, ..) => Query::over(union),
            Self::Typed(collection, _) => Query::of(collection),
        }
    }

    fn is_offered(self, profile: &FileProfile) -> bool {
        match self {
            Self::Union(union, ..) => profile.has_path(union.wire()),
            Self::Typed(collection, _) => profile.has(collection),
        }
    }

    fn read(self, client: &Client, row: &RawValue) -> Result<Option<RemoteRecord>, ProviderError> {
        match self {
            Self::Typed(collection, kind) => read(client, CHANGES, kind, collection, row, Carry::Leave).map(Some),
            Self::Union(union, kind, sign) => {
                let document: Document =
                    serde_json::from_str(row.get()).map_err(|error| unreadable(CHANGES, &error.to_string()))?;
                let below = document.total_amount.is_some_and(|total| total.0.is_sign_negative() && !total.0.is_zero());
                if below != (sign == Sign::Credits) {
                    return Ok(None);
                }
                let collection =
                    collection(union, &document).ok_or_else(|| unreadable(CHANGES, "a row without its layout"))?;
                read(client, CHANGES, kind, collection, row, Carry::Leave).map(Some)
            }
        }
    }
}

/// The collection that a row of a union lies in.
pub(crate) fn collection(union: Union, document: &Document) -> Option<Collection> {
    let layout = Layout::named(document.layout_type.as_deref()?)?;
    Some(match union {
        Union::Quotes => Collection::Quote(layout),
        Union::Orders => Collection::Order(layout),
        Union::Invoices => Collection::Invoice(layout),
        Union::PurchaseOrders => Collection::PurchaseOrder(layout),
        Union::Bills => Collection::Bill(layout),
    })
}

/// Reads a page of changes, one list after the other: what has changed oldest first.
///
/// What is deleted is not told by any list: that is noticed where the record is next read by its id (myob.md 5).
pub(crate) async fn changes(
    client: &Client,
    profile: &FileProfile,
    feed: ChangeFeed,
    cursor: Option<&Cursor>,
) -> Result<ChangePage, ProviderError> {
    let Some(sources) = sources(feed) else {
        let message = format!("MYOB has no feed of {}", feed.as_str());
        return Err(ProviderError::new(ErrorKind::Unsupported, message));
    };
    let place = cursor.map_or(Ok(Place::beginning(sources.len())), |cursor| Place::read(cursor, sources.len()))?;
    let Some(source) = sources.get(place.list()) else {
        return Err(ProviderError::new(
            ErrorKind::Internal,
            "the cursor lies beyond this feed: read from the beginning",
        ));
    };
    if !source.is_offered(profile) {
        let (next, more) = place.after(&[], false);
        return Ok(ChangePage { records: Vec::new(), next: Some(next.write()), more });
    }
    let mut query = source.query().skipping(place.skip());
    // The first reading goes by UID: files that were upgraded have many rows of one time, or of none, and between equals
    // there is no order that pages could go by.
    if let Some(floor) = place.floor() {
        query = query.by_change().matching(Filter::since(Field::LastModified, floor));
    }
    let page = client.page(CHANGES, &query.endpoint()).await?;
    let times: Vec<_> = parse_all::<Row>(CHANGES, &page.rows)?.into_iter().map(|row| row.last_modified).collect();
    let read = page.rows.iter().map(|row| source.read(client, row)).collect::<Result<Vec<_>, _>>()?;
    let (next, more) = place.after(&times, page.next.is_some());
    Ok(ChangePage { records: read.into_iter().flatten().collect(), next: Some(next.write()), more })
}

#[cfg(test)]
mod tests;
