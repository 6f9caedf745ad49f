//! What a push puts into the outbox.

use crate::amounts;
use crate::capability::Capabilities;
use crate::code::{Code, Parked};
use crate::error::Issue;
use crate::ids::LocalId;
use crate::model::{Line, Product, Record, RecordKey, RecordKind};
use crate::rules;
use crate::settings::{ContactPolicy, Settings};
use crate::store::{Goal, Link, NewOperation, Start};
use crate::validate;

use super::shape::new_items;
use super::subject::{AllocationSubject, Subject};

/// The operations that a push amounts to.
#[derive(Clone, Debug)]
pub struct Admission {
    /// What has to be in the outbox before the record: items that its lines become (F101).
    pub before: Vec<NewOperation>,
    /// The record's own operation first, then those of its parts.
    pub operations: Vec<NewOperation>,
}

/// Turns a record into operations. Nothing is refused with an error: a record that cannot be sent begins parked, one that is
/// not to be sent begins skipped, so that both stay visible.
#[must_use]
pub fn admit(record: &Record, settings: &Settings, capabilities: &Capabilities, link: Option<&Link>) -> Admission {
    let key = record.key();
    let start = start_of(record, settings, capabilities, link);
    let sends_parts = matches!(start, Start::Queued);
    let items = if sends_parts { new_items(record, settings, capabilities) } else { Vec::new() };
    let mut needs = references_of(record);
    needs.extend(items.iter().map(|item| RecordKey::new(RecordKind::Product, item.id.clone())));
    let mut operations = vec![NewOperation {
        name: record.name().to_owned(),
        goal: Goal::Present,
        revision: None,
        fingerprint: String::new(),
        record: to_json(record),
        needs,
        parent: parent_of(record),
        net: net_of(record),
        start,
        expects: None,
        key,
    }];
    if let Record::CreditNote(note) = record
        && sends_parts
    {
        operations.extend(AllocationSubject::of(note).map(|part| NewOperation {
            key: part.key(),
            name: format!("{} on {}", part.credit_note_number, part.invoice),
            goal: Goal::Present,
            revision: None,
            record: to_json(&part),
            fingerprint: String::new(),
            needs: vec![part.credit_note_key(), part.invoice_key()],
            parent: Some(part.invoice_key()),
            net: Some(part.amount.amount),
            start: Start::Queued,
            expects: None,
        }));
    }
    for operation in &mut operations {
        operation.fingerprint = crate::digest(operation.record.as_bytes());
    }
    Admission { before: items.into_iter().map(admit_item).collect(), operations }
}

/// The operation of an item that a line becomes: the settings want it, whatever they say about the host's own products.
#[must_use]
pub fn admit_item(item: Product) -> NewOperation {
    let name = item.code.clone();
    let record = Record::Product(item);
    let json = to_json(&record);
    NewOperation {
        key: record.key(),
        name,
        goal: Goal::Present,
        revision: None,
        fingerprint: crate::digest(json.as_bytes()),
        record: json,
        needs: Vec::new(),
        parent: None,
        net: None,
        start: Start::Queued,
        expects: None,
    }
}

/// Turns a request to void a record into an operation. `record` is the record as last pushed, in its JSON form.
#[must_use]
pub fn admit_void(key: RecordKey, name: String, record: String) -> NewOperation {
    NewOperation {
        fingerprint: crate::digest(format!("void {record}").as_bytes()),
        needs: Vec::new(),
        parent: None,
        net: None,
        goal: Goal::Voided,
        revision: None,
        start: Start::Queued,
        expects: None,
        key,
        name,
        record,
    }
}

/// Records that must be in the books before this one, and whose links planning needs.
#[must_use]
pub fn references(subject: &Subject) -> Vec<RecordKey> {
    match subject {
        Subject::Allocation(part) => vec![part.credit_note_key(), part.invoice_key()],
        Subject::Record(record) => references_of(record),
    }
}

fn references_of(record: &Record) -> Vec<RecordKey> {
    let mut keys = Vec::new();
    each_reference(record, |_, key| {
        if !keys.contains(&key) {
            keys.push(key);
        }
    });
    keys
}

/// Path of the field in which a record names another: of the first one, where several do; `None` where none does.
#[must_use]
pub fn naming(record: &Record, other: &RecordKey) -> Option<String> {
    let mut path = None;
    each_reference(record, |place, key| {
        if path.is_none() && key == *other {
            path = Some(match place {
                (Some(line), field) => format!("lines[{line}].{field}"),
                (None, field) => field.to_owned(),
            });
        }
    });
    path
}

/// Every record that one names, with the place of its name: a line, counted from 0, and a field of it; or a field of the head.
fn each_reference(record: &Record, mut tell: impl FnMut((Option<usize>, &'static str), RecordKey)) {
    let mut head = |field, kind, id: &LocalId| tell((None, field), RecordKey::new(kind, id.clone()));
    match record {
        Record::Job(job) => {
            job.customer.iter().for_each(|id| head("customer", RecordKind::Customer, id));
            job.parent.iter().for_each(|id| head("parent", RecordKind::Job, id));
        }
        Record::Payment(payment) => tell((None, "target"), payment.target.key()),
        Record::Invoice(invoice) => invoice.order.iter().for_each(|id| head("order", RecordKind::Order, id)),
        Record::Bill(bill) => {
            bill.purchase_order.iter().for_each(|id| head("purchase_order", RecordKind::PurchaseOrder, id));
        }
        _ => {}
    }
    let Some(trade) = record.trade() else { return };
    tell((None, trade.party.kind.as_str()), trade.party.clone());
    for (index, line) in trade.lines.iter().enumerate() {
        let Line::Item(line) = line else { continue };
        let mut named = |field, kind, id: &LocalId| tell((Some(index), field), RecordKey::new(kind, id.clone()));
        line.product.iter().for_each(|id| named("product", RecordKind::Product, id));
        line.job.iter().for_each(|id| named("job", RecordKind::Job, id));
    }
}

fn start_of(record: &Record, settings: &Settings, capabilities: &Capabilities, link: Option<&Link>) -> Start {
    let kind = record.kind();
    if let Some(reason) = rules::switched_off(record, settings) {
        return Start::Skipped(reason);
    }
    if record.trade().is_some_and(|trade| trade.do_not_send) {
        return Start::Skipped(crate::store::transition::DO_NOT_SEND.to_owned());
    }
    if let Record::Customer(party) | Record::Supplier(party) = record
        && party.do_not_send
    {
        return Start::Skipped("marked \"do not send\": neither the party nor its documents go out".to_owned());
    }
    let issues = complaints(record, capabilities);
    if !issues.is_empty() {
        let parked = Parked::invalid(kind, record.name(), issues);
        let known = capabilities.of(kind).is_some();
        return Start::Parked(if known { parked } else { Parked { code: Code::Unsupported, ..parked } });
    }
    let choice = match record {
        Record::Customer(party) | Record::Supplier(party) => party.create_in_package,
        Record::Job(_) | Record::Product(_) if capabilities.of(kind).is_some() => None,
        _ => return Start::Queued,
    };
    if link.is_some() { Start::Queued } else { party_hold(settings.contact_policy(kind), choice, kind) }
}

/// Everything that is wrong with a record in itself, and everything about it that the package cannot take.
#[must_use]
pub fn complaints(record: &Record, capabilities: &Capabilities) -> Vec<Issue> {
    let mut issues = validate::validate(record);
    issues.extend(validate::check_limits(record, capabilities));
    issues
}

/// Where the creation of a party, job or product that has no link begins under its policy (F31, F32, F34, F38, R8).
#[must_use]
pub fn party_hold(policy: ContactPolicy, choice: Option<bool>, kind: RecordKind) -> Start {
    match (choice, policy) {
        (Some(true), _) | (None, ContactPolicy::OnCreate) => Start::Queued,
        (None, ContactPolicy::OnFirstDocument) => Start::Held,
        (Some(false), _) => Start::Skipped(format!("this {kind} is not to be created in the accounting package")),
        (None, ContactPolicy::Never) => Start::Skipped(format!(
            "the settings leave the creation of every {kind} to a person: link it by hand or by import"
        )),
    }
}

/// The record that one counts to: the order of an invoice, the purchase order of a bill, what a payment settles.
#[must_use]
pub fn parent_of(record: &Record) -> Option<RecordKey> {
    match record {
        Record::Invoice(invoice) => invoice.order.clone().map(|id| RecordKey::new(RecordKind::Order, id)),
        Record::Bill(bill) => bill.purchase_order.clone().map(|id| RecordKey::new(RecordKind::PurchaseOrder, id)),
        Record::Payment(payment) => Some(payment.target.key()),
        _ => None,
    }
}

fn net_of(record: &Record) -> Option<rust_decimal::Decimal> {
    if let Record::Payment(payment) = record {
        return Some(payment.amount.amount);
    }
    let trade = record.trade()?;
    amounts::net_amount(trade.lines, trade.currency)
}

fn to_json<T: serde::Serialize>(value: &T) -> String {
    // The model holds nothing that JSON cannot: no maps with other keys than text, no floats.
    serde_json::to_string(value).unwrap_or_else(|error| unreachable!("the model is JSON: {error}"))
}
