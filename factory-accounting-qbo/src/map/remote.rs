//! What the books hold, in our terms.

use factory_accounting_core::ids::{RemoteId, VersionToken};
use factory_accounting_core::model::{RecordKind, TaxMode};
use factory_accounting_core::money::Totals;
use factory_accounting_core::provider::{Billable, RemoteLine, RemoteRecord, RemoteStatus, Settled};
use factory_accounting_http::json::Number;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::reference::{self, Place};
use super::telling::Telling;
use crate::config::ReferenceTarget;
use crate::endpoint::{Endpoint, Entity};
use crate::wire::document::{Detail, Document, Line};
use crate::wire::item::Item;
use crate::wire::party::Name;
use crate::wire::payment::Payment;
use crate::wire::reference::{LinkedTxn, MetaData, Ref};
use crate::{names, remote_id};

/// Why a row is no record: it has no id, or lacks what a record of its kind cannot be without.
pub(crate) type Unreadable = &'static str;

/// Reads records of a company that keeps references where its configuration says.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) reference: ReferenceTarget,
}

impl Reader {
    /// Asks for custom fields where the reference is one that does not come by itself (qbo.md 10.2).
    pub(crate) fn including(&self, endpoint: Endpoint) -> Endpoint {
        if reference::on_demand(&self.reference) {
            endpoint.with("include", "enhancedAllCustomFields")
        } else {
            endpoint
        }
    }

    /// Reads a row of an entity as a record of a kind.
    pub(crate) fn read(&self, kind: RecordKind, entity: Entity, row: &RawValue) -> Result<RemoteRecord, String> {
        let (_, record) = self.read_telling(kind, entity, row)?;
        record.map_err(str::to_owned)
    }

    /// Reads a row of an entity as a record of a kind, and what it says of whose it is; that it says even where it lacks what
    /// a record cannot be without.
    pub(crate) fn read_telling(
        &self,
        kind: RecordKind,
        entity: Entity,
        row: &RawValue,
    ) -> Result<(Telling, Result<RemoteRecord, Unreadable>), String> {
        match entity {
            Entity::Customer | Entity::Vendor => told(row, |name| party(kind, entity, name)),
            Entity::Item => told(row, item),
            Entity::Payment if kind == RecordKind::Allocation => told(row, allocation),
            Entity::Payment | Entity::BillPayment => told(row, |read| payment(entity, read)),
            _ => told(row, |document| self.document(kind, entity, document)),
        }
    }

    /// A document with lines.
    fn document(&self, kind: RecordKind, entity: Entity, document: Document) -> Result<RemoteRecord, Unreadable> {
        let totals = document_totals(&document);
        let status = document_status(entity, &document, totals);
        let mut record = record(kind, entity, document.id.as_deref(), status)?;
        let settled = if record.status.is_gone() { None } else { settled(entity, &document) };
        record.reference = self.reference(entity, &document);
        record.number = document.doc_number;
        record.party = match entity {
            Entity::Purchase => document.entity_ref.as_ref().and_then(payee),
            _ => named(Entity::Customer, document.customer_ref.as_ref())
                .or_else(|| named(Entity::Vendor, document.vendor_ref.as_ref())),
        };
        record.date = document.txn_date;
        record.due = match entity {
            Entity::Estimate => document.expiration_date,
            Entity::CreditMemo => None,
            _ => document.due_date,
        };
        record.currency = currency(document.currency_ref.as_ref());
        record.tax_mode = document.global_tax_calculation.as_deref().and_then(tax_mode);
        record.totals = totals;
        record.settled = settled;
        record.sources = sources(entity, &document.linked_txn, document.line.as_deref());
        record.lines = document.line.map(lines);
        Ok(dated(record, document.sync_token, document.meta_data))
    }

    fn reference(&self, entity: Entity, document: &Document) -> Option<String> {
        let memo = document.customer_memo.as_ref().and_then(|memo| memo.value.as_deref());
        let fields = document
            .custom_field
            .iter()
            .filter_map(|field| Some((field.definition_id.as_deref()?, field.string_value.as_deref()?)));
        let place = Place::of(&self.reference, entity);
        place.read(document.private_note.as_deref(), memo, fields).map(str::to_owned)
    }
}

fn told<T: DeserializeOwned>(
    row: &RawValue,
    record: impl FnOnce(T) -> Result<RemoteRecord, Unreadable>,
) -> Result<(Telling, Result<RemoteRecord, Unreadable>), String>
where
    for<'a> Telling: From<&'a T>,
{
    let read: T = serde_json::from_str(row.get()).map_err(|error| error.to_string())?;
    Ok((Telling::from(&read), record(read)))
}

/// A customer, a job or a vendor. Its number is the key that it carries in its notes.
fn party(kind: RecordKind, entity: Entity, name: Name) -> Result<RemoteRecord, Unreadable> {
    let status = if name.active == Some(false) { RemoteStatus::Archived } else { RemoteStatus::Open };
    let mut record = record(kind, entity, name.id.as_deref(), status)?;
    let (company, notes) = (name.company_name.as_deref(), name.notes.as_deref());
    record.number = notes.and_then(names::key_in).map(str::to_owned);
    record.name =
        name.display_name.as_deref().map(|display| names::true_name(kind, display, company, notes).to_owned());
    record.parent = named(Entity::Customer, name.parent_ref.as_ref());
    record.currency = currency(name.currency_ref.as_ref());
    Ok(dated(record, name.sync_token, name.meta_data))
}

/// An item. Its code is the stock keeping unit, or its name where it has none.
fn item(item: Item) -> Result<RemoteRecord, Unreadable> {
    let status = if item.active == Some(false) { RemoteStatus::Archived } else { RemoteStatus::Open };
    let mut record = record(RecordKind::Product, Entity::Item, item.id.as_deref(), status)?;
    record.number = item.sku.or_else(|| item.name.clone());
    record.name = item.name;
    Ok(dated(record, item.sync_token, item.meta_data))
}

/// A payment. What of it has been applied, and what has not, is said under `settled` (R20).
fn payment(entity: Entity, payment: Payment) -> Result<RemoteRecord, Unreadable> {
    let amount = payment.total_amt.map(|amount| amount.0);
    let status = payment_status(&payment, amount);
    let mut record = record(RecordKind::Payment, entity, payment.id.as_deref(), status)?;
    record.parent = documents_of(&payment).into_iter().next();
    record.party = named(Entity::Customer, payment.customer_ref.as_ref())
        .or_else(|| named(Entity::Vendor, payment.vendor_ref.as_ref()));
    let number = if entity == Entity::BillPayment { payment.doc_number } else { payment.payment_ref_num };
    record.reference = number.clone();
    record.number = number;
    record.date = payment.txn_date;
    record.currency = currency(payment.currency_ref.as_ref());
    record.totals = amount.map(only);
    let applied = payment.line.iter().filter_map(|line| line.amount).map(|amount| amount.0);
    record.settled = payment.unapplied_amt.filter(|_| !record.status.is_gone()).map(|left| Settled {
        paid: applied.fold(Decimal::ZERO, Decimal::saturating_add),
        credited: Decimal::ZERO,
        due: left.0,
    });
    Ok(dated(record, payment.sync_token, payment.meta_data))
}

/// A payment over nothing that sets a credit memo off against an invoice (qbo.md 5.15).
fn allocation(payment: Payment) -> Result<RemoteRecord, Unreadable> {
    let tied =
        |entity| payment.line.iter().find_map(|line| linked(&line.linked_txn, entity).next().map(|id| (id, line)));
    let (credit_memo, invoice) = (tied(Entity::CreditMemo), tied(Entity::Invoice));
    // Unapplied, voided or deleted: nothing is set off any more.
    let stands = payment.stub.is_none() && credit_memo.is_some() && invoice.is_some();
    let status = match payment.stub {
        Some(_) => RemoteStatus::Deleted,
        None if stands => RemoteStatus::Open,
        None => RemoteStatus::Voided,
    };
    let mut record = record(RecordKind::Allocation, Entity::Payment, payment.id.as_deref(), status)?;
    record.totals = invoice.as_ref().and_then(|(_, line)| line.amount).map(|amount| only(amount.0));
    record.parent = credit_memo.map(|(id, _)| id);
    record.counterpart = invoice.map(|(id, _)| id);
    record.party = named(Entity::Customer, payment.customer_ref.as_ref());
    record.date = payment.txn_date;
    record.currency = currency(payment.currency_ref.as_ref());
    Ok(dated(record, payment.sync_token, payment.meta_data))
}

/// The documents that a payment is applied to, those that it pays first.
pub(crate) fn documents_of(payment: &Payment) -> Vec<RemoteId> {
    let of = |entity| payment.line.iter().flat_map(move |line| linked(&line.linked_txn, entity));
    of(Entity::Invoice).chain(of(Entity::Bill)).chain(of(Entity::CreditMemo)).collect()
}

fn record(
    kind: RecordKind,
    entity: Entity,
    id: Option<&str>,
    status: RemoteStatus,
) -> Result<RemoteRecord, Unreadable> {
    Ok(RemoteRecord::new(kind, remote_id::compose(entity, id.ok_or("a record without an id")?), status))
}

/// The version is a text that is never reckoned with (qbo.md 5.0).
fn dated(mut record: RemoteRecord, version: Option<String>, times: Option<MetaData>) -> RemoteRecord {
    record.version = version.map(VersionToken::new);
    record.updated_at = times.and_then(|times| times.last_updated_time);
    record
}

fn named(entity: Entity, reference: Option<&Ref>) -> Option<RemoteId> {
    reference?.value.as_deref().map(|id| remote_id::compose(entity, id))
}

fn payee(reference: &Ref) -> Option<RemoteId> {
    let entity = Entity::named(reference.entity.as_deref()?)?;
    if matches!(entity, Entity::Customer | Entity::Vendor) { named(entity, Some(reference)) } else { None }
}

fn linked(ties: &[LinkedTxn], entity: Entity) -> impl Iterator<Item = RemoteId> {
    ties.iter()
        .filter(move |tie| tie.txn_type.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(entity.name())))
        .filter_map(move |tie| Some(remote_id::compose(entity, tie.txn_id.as_deref()?)))
}

fn currency(reference: Option<&Ref>) -> Option<factory_accounting_core::money::Currency> {
    reference?.value.as_deref()?.parse().ok()
}

fn tax_mode(text: &str) -> Option<TaxMode> {
    match text {
        "TaxExcluded" => Some(TaxMode::Exclusive),
        "TaxInclusive" => Some(TaxMode::Inclusive),
        "NotApplicable" => Some(TaxMode::NoTax),
        _ => None,
    }
}

fn only(amount: Decimal) -> Totals {
    Totals { subtotal: amount, tax: Decimal::ZERO, total: amount }
}

fn document_totals(document: &Document) -> Option<Totals> {
    let total = document.total_amt?.0;
    let tax = document.txn_tax_detail.as_ref().and_then(|detail| detail.total_tax).map_or(Decimal::ZERO, |tax| tax.0);
    Some(Totals { subtotal: total.saturating_sub(tax), tax, total })
}

/// No member says that a document is voided: it comes to nothing, and its note begins with the word (qbo.md 5.0).
fn is_voided(total: Option<Decimal>, note: Option<&str>) -> bool {
    total.is_some_and(|total| total.is_zero()) && note.is_some_and(|note| note.trim_start().starts_with("Voided"))
}

fn document_status(entity: Entity, document: &Document, totals: Option<Totals>) -> RemoteStatus {
    let total = totals.map(|totals| totals.total);
    if document.stub.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("deleted")) {
        return RemoteStatus::Deleted;
    }
    if is_voided(total, document.private_note.as_deref()) {
        return RemoteStatus::Voided;
    }
    match entity {
        Entity::Estimate => match document.txn_status.as_deref() {
            None | Some("Pending") => RemoteStatus::Open,
            Some("Accepted") => RemoteStatus::Accepted,
            Some("Rejected") => RemoteStatus::Declined,
            Some("Closed" | "Converted") => RemoteStatus::Billed,
            Some(other) => RemoteStatus::Other(other.to_owned()),
        },
        Entity::PurchaseOrder => match document.po_status.as_deref() {
            None | Some("Open") => RemoteStatus::Open,
            Some("Closed") => RemoteStatus::Billed,
            Some(other) => RemoteStatus::Other(other.to_owned()),
        },
        // There is no state of payment: what is left says it (qbo.md 5.13).
        _ => {
            let left = document.remaining_credit.or(document.balance).map(|left| left.0);
            let paid = left.is_some_and(|left| left.is_zero()) && total.is_some_and(|total| total > Decimal::ZERO);
            if paid { RemoteStatus::Paid } else { RemoteStatus::Open }
        }
    }
}

fn payment_status(payment: &Payment, amount: Option<Decimal>) -> RemoteStatus {
    if payment.stub.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("deleted")) {
        RemoteStatus::Deleted
    } else if is_voided(amount, payment.private_note.as_deref()) {
        RemoteStatus::Voided
    } else {
        RemoteStatus::Open
    }
}

/// What has been applied. An invoice does not tell payments from credit memos; both count as payments here.
fn settled(entity: Entity, document: &Document) -> Option<Settled> {
    let total = document.total_amt?.0;
    let left = |number: Option<Number>| number.map(|left| left.0);
    match entity {
        Entity::Invoice | Entity::Bill => {
            let due = left(document.balance)?;
            Some(Settled { paid: total.saturating_sub(due), credited: Decimal::ZERO, due })
        }
        Entity::CreditMemo => {
            let due = left(document.remaining_credit).or_else(|| left(document.balance))?;
            Some(Settled { paid: Decimal::ZERO, credited: total.saturating_sub(due), due })
        }
        _ => None,
    }
}

/// What a document came from, as the answer ties it: a tie that was asked for and is not there was dropped in silence
/// (qbo.md 5.18).
fn sources(entity: Entity, ties: &[LinkedTxn], lines: Option<&[Line]>) -> Option<Vec<RemoteId>> {
    let source = match entity {
        Entity::Invoice => Entity::Estimate,
        Entity::Bill => Entity::PurchaseOrder,
        _ => return None,
    };
    let of_lines = lines.unwrap_or_default().iter().flat_map(|line| linked(&line.linked_txn, source));
    let mut found: Vec<RemoteId> = linked(ties, source).chain(of_lines).collect();
    found.sort();
    found.dedup();
    Some(found)
}

/// Lines in order, bundles as the lines that they stand for; subtotals are no lines of anybody's.
fn lines(lines: Vec<Line>) -> Vec<RemoteLine> {
    let mut read = Vec::with_capacity(lines.len());
    for line in lines {
        match line.detail_type.as_deref() {
            Some("SubTotalLineDetail") => {}
            Some("GroupLineDetail") => {
                let within = line.group_line_detail.map(|group| group.line).unwrap_or_default();
                read.extend(within.into_iter().map(remote_line));
            }
            _ => read.push(remote_line(line)),
        }
    }
    read
}

fn remote_line(line: Line) -> RemoteLine {
    let discount = line.detail_type.as_deref() == Some("DiscountLineDetail");
    let detail = line
        .sales_item_line_detail
        .or(line.item_based_expense_line_detail)
        .or(line.account_based_expense_line_detail)
        .unwrap_or_default();
    let mut read = RemoteLine::default();
    read.id = line.id.map(RemoteId::new);
    read.description = line.description.unwrap_or_default();
    // A discount over the whole document is given as what is taken off.
    read.amount = line.amount.map(|amount| if discount { -amount.0 } else { amount.0 });
    read.billable = billable(&detail);
    read.quantity = detail.qty.map(|number| number.0);
    read.unit_price = detail.unit_price.map(|number| number.0);
    read.tax_code = detail.tax_code_ref.and_then(|code| code.value);
    read.account = detail.account_ref.and_then(|account| account.value);
    read.item = named(Entity::Item, detail.item_ref.as_ref()).map(|id| id.as_str().to_owned());
    read.source_line = line.linked_txn.into_iter().find_map(|tie| tie.txn_line_id).map(RemoteId::new);
    read.party = named(Entity::Customer, detail.customer_ref.as_ref());
    read
}

fn billable(detail: &Detail) -> Option<Billable> {
    match detail.billable_status.as_deref()? {
        "NotBillable" => Some(Billable::No),
        "Billable" => Some(Billable::Yes),
        "HasBeenBilled" => Some(Billable::Billed),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
