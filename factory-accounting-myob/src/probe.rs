//! Looking for records by their markers.
//!
//! Documents are asked for in the list of all layouts, several at once, and read whole where they lie. How MYOB compares
//! texts is not said, so that every hit is compared again here, exactly (R4).

use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::provider::{ProbeTarget, RemoteRecord};
use serde_json::value::RawValue;

use crate::capability::DOCUMENT_NUMBER;
use crate::client::{Client, parse_all};
use crate::map::remote::Carry;
use crate::odata::{CLAUSES, Field, Filter, Query, Union};
use crate::remote_id::{self, Collection};
use crate::wire::contact::Contact;
use crate::wire::document::Document;
use crate::wire::item::Item;
use crate::wire::lists::Job;
use crate::wire::payment::Payment;
use crate::{names, read};

const OPERATION: &str = "look for a record";
/// Longest number of a job (myob.md 3.3).
const JOB_NUMBER: usize = 15;

/// Every record that carries a target's marker, target by target.
pub(crate) async fn probe(client: &Client, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
    let Some(first) = targets.first() else { return Ok(Vec::new()) };
    if targets.iter().any(|target| target.kind != first.kind) {
        let message = "markers of several kinds cannot be looked for in one call";
        return Err(ProviderError::new(ErrorKind::Internal, message));
    }
    match first.kind {
        RecordKind::Customer => parties(client, Collection::Customer, targets).await,
        RecordKind::Supplier => parties(client, Collection::Supplier, targets).await,
        RecordKind::Product => items(client, targets).await,
        RecordKind::Job | RecordKind::Payment | RecordKind::Allocation => one_by_one(client, targets).await,
        kind => match union(kind) {
            Some(union) => documents(client, union, targets).await,
            None => Err(ProviderError::new(ErrorKind::Unsupported, format!("MYOB has no record of kind {kind}"))),
        },
    }
}

/// What is looked for by its place takes a question of its own.
async fn one_by_one(client: &Client, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
    let mut found = Vec::with_capacity(targets.len());
    for target in targets {
        found.push(match target.kind {
            RecordKind::Job => job(client, target).await?,
            RecordKind::Payment => payment(client, target).await?,
            _ => allocation(client, target).await?,
        });
    }
    Ok(found)
}

fn marker(target: &ProbeTarget) -> &str {
    target.marker.trim()
}

fn union(kind: RecordKind) -> Option<Union> {
    match kind {
        RecordKind::Quote => Some(Union::Quotes),
        RecordKind::Order => Some(Union::Orders),
        RecordKind::Invoice | RecordKind::CreditNote => Some(Union::Invoices),
        RecordKind::PurchaseOrder => Some(Union::PurchaseOrders),
        RecordKind::Bill => Some(Union::Bills),
        _ => None,
    }
}

/// Documents by number, or by the field that the marker travels in.
async fn documents(
    client: &Client,
    union: Union,
    targets: &[ProbeTarget],
) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
    let mut found = vec![Vec::new(); targets.len()];
    // Conditions on bills are longer, and numbers of figures alone have two.
    let long = union == Union::Bills || targets.iter().any(|target| names::padded(marker(target)).is_some());
    let most = if long { CLAUSES / 2 } else { CLAUSES };
    for (slots, targets) in found.chunks_mut(most).zip(targets.chunks(most)) {
        let filters = targets.iter().map(|target| document_filter(union, target)).collect::<Result<Vec<_>, _>>()?;
        let Some(filter) = Filter::any(filters) else { continue };
        let documents: Vec<Document> = client.all(OPERATION, &Query::over(union).matching(filter)).await?;
        for (slot, target) in slots.iter_mut().zip(targets) {
            let hits = documents.iter().filter(|document| is_meant(union, document, target));
            // A number as it was sent is surer than one that the file may have written in its own way.
            let (exact, rewritten): (Vec<_>, Vec<_>) = hits.partition(|document| is_exact(union, document, target));
            let hits = if exact.is_empty() { rewritten } else { exact };
            let ids = hits.into_iter().map(|document| id(union, document)).collect::<Result<Vec<RemoteId>, _>>()?;
            // One that is gone by now is not there.
            slot.extend(read::fetch(client, target.kind, &ids).await?.into_iter().flatten());
        }
    }
    Ok(found)
}

/// # Errors
/// Where a hit does not say where it lies: passed over it would be taken for not being there, and sent once more.
fn id(union: Union, document: &Document) -> Result<RemoteId, ProviderError> {
    let place = read::collection(union, document).zip(document.uid.as_deref());
    let (collection, uid) = place.ok_or_else(|| {
        let number = document.number.as_deref().unwrap_or_default();
        let message = format!("{OPERATION}: document {number:?} is of a layout that is not known: look at it in MYOB");
        ProviderError::new(ErrorKind::Protocol, message)
    })?;
    Ok(remote_id::compose(collection, uid))
}

fn document_filter(union: Union, target: &ProbeTarget) -> Result<Filter, ProviderError> {
    let marker = marker(target);
    if target.in_reference && union != Union::Bills {
        return Filter::is(Field::CustomerPurchaseOrderNumber, marker);
    }
    if union != Union::Bills {
        let as_sent = Filter::is(Field::Number, marker)?;
        let filled_up = names::padded(marker).map(|number| Filter::is(Field::Number, &number)).transpose()?;
        return Ok(Filter::either(as_sent, filled_up));
    }
    // Some files cut a supplier's number, and suppliers share numbers (myob.md 3.7).
    let cut: String = marker.chars().take(DOCUMENT_NUMBER).collect();
    let filter = Filter::starts_with(Field::SupplierInvoiceNumber, &cut)?;
    match target.party.as_ref().and_then(remote_id::split) {
        Some((Collection::Supplier, uid)) => Ok(filter.and(Filter::is_uid(Field::Supplier, uid)?)),
        _ => Ok(filter),
    }
}

/// Whether a document really carries the marker. An invoice and a credit note may share a number: the one is above zero, the
/// other below.
fn is_meant(union: Union, document: &Document, target: &ProbeTarget) -> bool {
    let marker = marker(target);
    let total = document.total_amount.map_or(rust_decimal::Decimal::ZERO, |total| total.0);
    let side = match target.kind {
        RecordKind::CreditNote => total <= rust_decimal::Decimal::ZERO,
        RecordKind::Invoice | RecordKind::Bill => total >= rust_decimal::Decimal::ZERO,
        _ => true,
    };
    let held = held_marker(union, document, target);
    let same = match union {
        Union::Bills => held == marker || held.chars().count() == DOCUMENT_NUMBER && marker.starts_with(held),
        _ if target.in_reference => held == marker,
        _ => names::same_number(held, marker),
    };
    let party = match (&target.party, &document.supplier) {
        (Some(party), Some(supplier)) if union == Union::Bills => {
            remote_id::split(party).is_none_or(|(_, uid)| supplier.uid.as_deref() == Some(uid))
        }
        _ => true,
    };
    side && party && same
}

/// Whether the marker stands in a document as it was sent. A bill's may be cut, and is told from others by its supplier.
fn is_exact(union: Union, document: &Document, target: &ProbeTarget) -> bool {
    union == Union::Bills || held_marker(union, document, target) == marker(target)
}

fn held_marker<'a>(union: Union, document: &'a Document, target: &ProbeTarget) -> &'a str {
    let held = match union {
        Union::Bills => &document.supplier_invoice_number,
        _ if target.in_reference => &document.customer_purchase_order_number,
        _ => &document.number,
    };
    held.as_deref().map(str::trim).unwrap_or_default()
}

/// Customers or suppliers by the id of their card. Names are no use: MYOB lets many have one (myob.md 3.1).
async fn parties(
    client: &Client,
    collection: Collection,
    targets: &[ProbeTarget],
) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
    let mut found = vec![Vec::new(); targets.len()];
    for (slots, targets) in found.chunks_mut(CLAUSES).zip(targets.chunks(CLAUSES)) {
        let keys: Vec<String> = targets.iter().map(|target| names::display_id(marker(target))).collect();
        let rows = by_text(client, collection, Field::DisplayId, &keys).await?;
        let contacts: Vec<Contact> = parse_all(OPERATION, &rows)?;
        for ((slot, target), key) in slots.iter_mut().zip(targets).zip(&keys) {
            for (row, _) in rows.iter().zip(&contacts).filter(|(_, contact)| contact.card_id() == Some(key)) {
                let mut record = read::read(client, OPERATION, target.kind, collection, row, Carry::Keep)?;
                // The key may be told by a digest of it.
                record.number = Some(target.marker.clone());
                slot.push(record);
            }
        }
    }
    Ok(found)
}

/// Items by number.
async fn items(client: &Client, targets: &[ProbeTarget]) -> Result<Vec<Vec<RemoteRecord>>, ProviderError> {
    let mut found = vec![Vec::new(); targets.len()];
    for (slots, targets) in found.chunks_mut(CLAUSES).zip(targets.chunks(CLAUSES)) {
        let numbers: Vec<String> = targets.iter().map(|target| marker(target).to_owned()).collect();
        let rows = by_text(client, Collection::Item, Field::Number, &numbers).await?;
        let items: Vec<Item> = parse_all(OPERATION, &rows)?;
        for (slot, target) in slots.iter_mut().zip(targets) {
            let named = |item: &Item| item.number.as_deref().map(str::trim) == Some(marker(target));
            for (row, _) in rows.iter().zip(&items).filter(|(_, item)| named(item)) {
                slot.push(read::read(client, OPERATION, target.kind, Collection::Item, row, Carry::Keep)?);
            }
        }
    }
    Ok(found)
}

async fn by_text(
    client: &Client,
    collection: Collection,
    field: Field,
    texts: &[String],
) -> Result<Vec<Box<RawValue>>, ProviderError> {
    let filters = texts.iter().map(|text| Filter::is(field, text)).collect::<Result<Vec<_>, _>>()?;
    match Filter::any(filters) {
        Some(filter) => client.all_rows(OPERATION, &Query::of(collection).matching(filter)).await,
        None => Ok(Vec::new()),
    }
}

/// A job by the key in its description, and the jobs of somebody else's that have its number: MYOB takes no number twice.
async fn job(client: &Client, target: &ProbeTarget) -> Result<Vec<RemoteRecord>, ProviderError> {
    let note = names::job_note(marker(target));
    let numbers = job_numbers(target.name.as_deref().unwrap_or_default());
    let mut filters = vec![Filter::is(Field::Description, &note)?];
    for number in numbers.iter().take(CLAUSES - 1) {
        filters.push(Filter::is(Field::Number, number)?);
    }
    let Some(filter) = Filter::any(filters) else { return Ok(Vec::new()) };
    let rows = client.all_rows(OPERATION, &Query::of(Collection::Job).matching(filter)).await?;
    let jobs: Vec<Job> = parse_all(OPERATION, &rows)?;
    let mut found = Vec::new();
    for (row, job) in rows.iter().zip(&jobs) {
        let ours = job.description.as_deref().is_some_and(|text| text.lines().any(|line| line.trim() == note));
        let number = job.number.as_deref().map(str::trim).unwrap_or_default();
        if ours || numbers.contains(&number) {
            let mut record = read::read(client, OPERATION, RecordKind::Job, Collection::Job, row, Carry::Keep)?;
            if ours {
                record.number = Some(target.marker.clone());
            }
            found.push(record);
        }
    }
    Ok(found)
}

/// What may be the number at the beginning of a job's title: as many words of it as a number has room for.
fn job_numbers(title: &str) -> Vec<&str> {
    let ends = title.match_indices(' ').map(|(at, _)| at).chain([title.len()]);
    let numbers = ends.filter_map(|end| title.get(..end)).map(str::trim);
    let mut numbers: Vec<&str> =
        numbers.filter(|number| !number.is_empty() && number.chars().count() <= JOB_NUMBER).collect();
    numbers.dedup();
    numbers
}

/// The payments of a day by the text that they carry. People share texts between payments: one that is applied to other
/// documents only is not meant.
async fn payment(client: &Client, target: &ProbeTarget) -> Result<Vec<RemoteRecord>, ProviderError> {
    let document = target.parent.as_ref().and_then(remote_id::split);
    let Some((held_in, document)) = document else {
        let message = format!("payment {:?} cannot be looked for without the document that it settles", target.marker);
        return Err(ProviderError::new(ErrorKind::Internal, message));
    };
    let (collection, party) = match held_in {
        Collection::Bill(_) => (Collection::SupplierPayment, Field::Supplier),
        _ => (Collection::CustomerPayment, Field::Customer),
    };
    let mut found = of_day(client, target, collection, party, document).await?;
    if matches!(held_in, Collection::Invoice(_)) && marker(target).chars().count() <= DOCUMENT_NUMBER {
        // Money that goes back for a credit note is found by its number (myob.md 3.6).
        let number = [marker(target).to_owned()];
        let rows = by_text(client, Collection::CreditRefund, Field::Number, &number).await?;
        found.extend(applied_to(client, target, Collection::CreditRefund, document, &rows)?);
    }
    Ok(found)
}

async fn of_day(
    client: &Client,
    target: &ProbeTarget,
    collection: Collection,
    party: Field,
    document: &str,
) -> Result<Vec<RemoteRecord>, ProviderError> {
    let Some(date) = target.date else {
        let message = format!("payment {:?} cannot be looked for in MYOB without its date", target.marker);
        return Err(ProviderError::new(ErrorKind::Unsupported, message));
    };
    let day = Filter::on(Field::Date, date);
    let filter = match target.party.as_ref().and_then(remote_id::split) {
        Some((Collection::Customer | Collection::Supplier, uid)) => Filter::is_uid(party, uid)?.and(day),
        _ => day,
    };
    let rows = client.all_rows(OPERATION, &Query::of(collection).matching(filter)).await?;
    applied_to(client, target, collection, document, &rows)
}

/// Those of the rows that carry the marker and are applied to the document.
fn applied_to(
    client: &Client,
    target: &ProbeTarget,
    collection: Collection,
    document: &str,
    rows: &[Box<RawValue>],
) -> Result<Vec<RemoteRecord>, ProviderError> {
    let payments: Vec<Payment> = parse_all(OPERATION, rows)?;
    let mut found = Vec::new();
    for (row, payment) in rows.iter().zip(&payments) {
        let refunded = payment.invoice.as_ref().and_then(|invoice| invoice.uid.as_deref());
        let documents =
            payment.invoices.iter().chain(&payment.lines).filter_map(|line| line.document()).chain(refunded);
        let texts = [&payment.memo, &payment.number];
        let marked = texts.into_iter().flatten().any(|text| text.trim() == marker(target));
        let documents: Vec<&str> = documents.collect();
        if marked && documents.contains(&document) {
            let mut record = read::read(client, OPERATION, RecordKind::Payment, collection, row, Carry::Leave)?;
            // Its lines need not say in which layout the document is; it is this one, unless people have applied the money
            // to others too: such a payment is not the one that was sent.
            record.parent = other_than(&documents, document, target.parent.as_ref());
            record.reference = Some(target.marker.clone());
            found.push(record);
        }
    }
    Ok(found)
}

/// The document that money is applied to: the one meant, or another where there are several.
fn other_than(documents: &[&str], meant: &str, target: Option<&RemoteId>) -> Option<RemoteId> {
    let target = target?;
    let other = documents.iter().find(|uid| **uid != meant);
    match (other, remote_id::split(target)) {
        (Some(other), Some((collection, _))) => Some(remote_id::compose(collection, other)),
        _ => Some(target.clone()),
    }
}

/// Settlements carry no text: they are those of the customer that take from the credit note for the invoice.
async fn allocation(client: &Client, target: &ProbeTarget) -> Result<Vec<RemoteRecord>, ProviderError> {
    let pair =
        target.parent.as_ref().and_then(remote_id::split).zip(target.counterpart.as_ref().and_then(remote_id::split));
    let Some(((_, credit), (_, invoice))) = pair else {
        let message = "an allocation cannot be looked for without its credit note and its invoice";
        return Err(ProviderError::new(ErrorKind::Internal, message));
    };
    let Some(customer) = customer_of(client, target).await? else { return Ok(Vec::new()) };
    let (_, uid) = remote_id::split(&customer)
        .ok_or_else(|| ProviderError::new(ErrorKind::Internal, format!("{customer} is no id of a customer")))?;
    let query = Query::of(Collection::CreditSettlement).matching(Filter::is_uid(Field::Customer, uid)?);
    let rows = client.all_rows(OPERATION, &query).await?;
    let settlements: Vec<Payment> = parse_all(OPERATION, &rows)?;
    let mut found = Vec::new();
    for (row, settlement) in rows.iter().zip(&settlements) {
        let from = settlement.credit_from_invoice.as_ref().and_then(|link| link.uid.as_deref());
        if from == Some(credit) && settlement.lines.iter().any(|line| line.document() == Some(invoice)) {
            let collection = Collection::CreditSettlement;
            let mut record = read::read(client, OPERATION, RecordKind::Allocation, collection, row, Carry::Leave)?;
            record.parent.clone_from(&target.parent);
            let invoices: Vec<&str> = settlement.lines.iter().filter_map(|line| line.document()).collect();
            record.counterpart = other_than(&invoices, invoice, target.counterpart.as_ref());
            found.push(record);
        }
    }
    Ok(found)
}

/// The customer of a credit note; `None` where the credit note itself is gone, and all that was taken from it with it.
async fn customer_of(client: &Client, target: &ProbeTarget) -> Result<Option<RemoteId>, ProviderError> {
    let (None, Some(credit)) = (&target.party, &target.parent) else { return Ok(target.party.clone()) };
    let credits = read::fetch(client, RecordKind::CreditNote, std::slice::from_ref(credit)).await?;
    Ok(credits.into_iter().flatten().next().and_then(|record| record.party))
}

#[cfg(test)]
mod tests;
