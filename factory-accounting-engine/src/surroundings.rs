//! What planning looks up about records before it plans them, once for all of a round.

use std::collections::{BTreeMap, BTreeSet};

use factory_accounting_core::capability::{OrderForm, SourceTie};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Extent, Record, RecordKey, RecordKind};
use factory_accounting_core::plan::{self, Lent, Subject};
use factory_accounting_core::provider::RemoteRecord;
use factory_accounting_core::store::{Goal, Link, Operation, StateFilter};

use crate::engine::{EngineError, Inner};
use crate::planner::Planner;
use crate::push::order_key;

/// How many records under one number are compared: receipts may carry a word that thousands of others carry too.
const NAMESAKES: usize = 50;

/// Links that planning needs, and who else holds the records they point to.
pub(crate) struct Surroundings {
    pub(crate) links: BTreeMap<RecordKey, Link>,
    holders: BTreeMap<RemoteId, Vec<RecordKey>>,
    /// Orders of which something is in an attempt: their own document, or one that bills them.
    pub(crate) in_flight: BTreeSet<RecordKey>,
    /// Records that parties and jobs were tied to before, where a document names another than theirs now (F16, F17).
    pub(crate) former: BTreeMap<RecordKey, Vec<RemoteId>>,
    /// Documents that others came from, as the books hold them.
    pub(crate) sources: BTreeMap<RecordKey, RemoteRecord>,
    /// What documents in the books have billed of orders and purchase orders that become their bills as a whole.
    pub(crate) billed: BTreeMap<RecordKey, Vec<Record>>,
    /// Other records under the numbers of documents that are to be created where the package does not refuse a number that
    /// is taken (R10). Those whose number is theirs alone are left out.
    pub(crate) namesakes: BTreeMap<RecordKey, Vec<RecordKey>>,
    /// What lines take over from their products, customers and suppliers.
    pub(crate) lent: Lent,
    /// Whether an order's document becomes its invoice.
    become_invoices: bool,
}

impl Planner<'_> {
    /// Loads the links of everything that the operations touch, and what their lines take over. Each lender is read once,
    /// whatever names it.
    pub(crate) async fn surroundings(&self, subjects: &[(Operation, Subject)]) -> Result<Surroundings, EngineError> {
        let inner = self.inner;
        let mut keys = Vec::new();
        for (operation, subject) in subjects {
            keys.push(operation.key.clone());
            keys.extend(plan::references(subject));
        }
        let links = inner.links_of(keys).await?;
        // Only an order's draft can be held by two records: the order and the invoice it was promoted to.
        let drafts: Vec<RemoteId> =
            links.values().filter(|link| link.key.kind == RecordKind::Order).map(|link| link.remote.clone()).collect();
        let form = plan::order_form(&self.facts.settings, inner.provider.capabilities());
        let ordered: Vec<&RecordKey> = subjects.iter().map(|(operation, _)| &operation.key).collect();
        let own = subjects.iter().map(|(operation, subject)| (&operation.key, subject));
        let settings = &self.facts.settings;
        let lenders = subjects.iter().flat_map(|(_, subject)| plan::lenders(subject, settings)).collect();
        let mut around = Surroundings {
            former: former_ties(inner, own, &links).await?,
            namesakes: namesakes(inner, subjects.iter().map(|(operation, _)| operation), &links).await?,
            links,
            holders: BTreeMap::new(),
            in_flight: BTreeSet::new(),
            sources: BTreeMap::new(),
            billed: parts_billed(inner, &ordered).await?,
            lent: inner.lend(&lenders).await?,
            become_invoices: form.is_some_and(OrderForm::becomes_invoice),
        };
        if drafts.is_empty() || !around.become_invoices {
            return Ok(around);
        }
        for link in inner.store.links_to(&inner.connection, &drafts).await? {
            around.holders.entry(link.remote).or_default().push(link.key);
        }
        for operation in inner.operations(&[StateFilter::Sending]).await? {
            match operation.key.kind {
                RecordKind::Order => around.in_flight.insert(operation.key),
                RecordKind::Invoice => operation.parent.is_some_and(|order| around.in_flight.insert(order)),
                _ => false,
            };
        }
        Ok(around)
    }

    /// Documents of a kind in the books that bill an order or a purchase order, as the host has them.
    pub(crate) async fn parts_of(&self, ordered: &RecordKey, bills: RecordKind) -> Result<Vec<Record>, EngineError> {
        parts_of(self.inner, ordered, bills).await
    }

    /// Whether what a document of a kind bills becomes that document as a whole.
    pub(crate) fn converts(&self, kind: RecordKind) -> bool {
        converts(self.inner, kind)
    }
}

/// Records that parties and jobs were tied to before, where a document that is in the books, or the one it comes from,
/// names another than theirs now. Nothing is read where none does.
pub(crate) async fn former_ties(
    inner: &Inner,
    subjects: impl Iterator<Item = (&RecordKey, &Subject)>,
    links: &BTreeMap<RecordKey, Link>,
) -> Result<BTreeMap<RecordKey, Vec<RemoteId>>, EngineError> {
    let mut moved = BTreeSet::new();
    for (key, subject) in subjects {
        let Subject::Record(record) = subject else { continue };
        let parent = plan::parent_of(record);
        let held = [Some(key), parent.as_ref()].into_iter().flatten();
        let named: Vec<&RemoteId> =
            held.filter_map(|key| links.get(key)).filter_map(|link| link.party.as_ref()).collect();
        if named.is_empty() {
            continue;
        }
        let own = plan::references(subject).into_iter();
        let own: Vec<RecordKey> = own.filter(|key| key.kind.is_party() || key.kind == RecordKind::Job).collect();
        let is_theirs = |id: &RemoteId| own.iter().any(|key| links.get(key).is_some_and(|link| link.remote == *id));
        if !named.into_iter().all(is_theirs) {
            moved.extend(own);
        }
    }
    let mut former: BTreeMap<RecordKey, Vec<RemoteId>> = BTreeMap::new();
    if moved.is_empty() {
        return Ok(former);
    }
    let keys: Vec<RecordKey> = moved.into_iter().collect();
    for past in inner.store.past_links(&inner.connection, &keys).await? {
        former.entry(past.link.key).or_default().push(past.link.remote);
    }
    Ok(former)
}

/// Other records under the numbers of documents that have none in the books, where the package takes a number twice.
async fn namesakes(
    inner: &Inner,
    operations: impl Iterator<Item = &Operation>,
    links: &BTreeMap<RecordKey, Link>,
) -> Result<BTreeMap<RecordKey, Vec<RecordKey>>, EngineError> {
    let compared = |key: &RecordKey| {
        let numbered = !key.kind.is_named_by_others() && key.kind != RecordKind::Allocation;
        let capability = inner.provider.capabilities().of(key.kind);
        numbered
            && capability.is_some_and(|capability| !capability.unique_number)
            && links.get(key).is_none_or(|link| link.status.is_gone())
    };
    let named: Vec<(RecordKey, String)> = operations
        .filter(|operation| operation.goal == Goal::Present && compared(&operation.key))
        .map(|operation| (operation.key.clone(), operation.name.clone()))
        .collect();
    if named.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = inner.store.namesakes(&inner.connection, &named, NAMESAKES).await?;
    let found = named.into_iter().map(|(key, _)| key).zip(found);
    Ok(found.filter(|(_, others)| !others.is_empty()).collect())
}

/// What documents in the books have billed of the orders and purchase orders among some records, where those become their
/// bills as a whole.
pub(crate) async fn parts_billed(
    inner: &Inner,
    keys: &[&RecordKey],
) -> Result<BTreeMap<RecordKey, Vec<Record>>, EngineError> {
    let mut billed = BTreeMap::new();
    for key in keys {
        let Some(bills) = billing_kind(key.kind).filter(|kind| converts(inner, *kind)) else { continue };
        let parts = parts_of(inner, key, bills).await?;
        if !parts.is_empty() {
            billed.insert((*key).clone(), parts);
        }
    }
    Ok(billed)
}

async fn parts_of(inner: &Inner, ordered: &RecordKey, bills: RecordKind) -> Result<Vec<Record>, EngineError> {
    let progress = inner.store.progress(&inner.connection, ordered).await?;
    let mut keys: Vec<RecordKey> = progress.into_iter().map(|part| part.key).filter(|key| key.kind == bills).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let links = inner.links_of(keys.clone()).await?;
    keys.retain(|key| links.get(key).is_some_and(|link| !link.status.is_gone()));
    let newest = inner.newest_of(&keys).await?;
    Ok(newest.iter().flatten().filter_map(Subject::record_of).collect())
}

fn converts(inner: &Inner, kind: RecordKind) -> bool {
    let capability = inner.provider.capabilities().of(kind);
    capability.is_some_and(|capability| capability.sources == SourceTie::Converted)
}

/// The kind of document that bills one of a kind.
pub(crate) fn billing_kind(ordered: RecordKind) -> Option<RecordKind> {
    match ordered {
        RecordKind::Order => Some(RecordKind::Invoice),
        RecordKind::PurchaseOrder => Some(RecordKind::Bill),
        _ => None,
    }
}

impl Surroundings {
    /// No more than the links of what a record names.
    pub(crate) fn of_links(links: BTreeMap<RecordKey, Link>) -> Self {
        Self {
            links,
            holders: BTreeMap::new(),
            in_flight: BTreeSet::new(),
            former: BTreeMap::new(),
            sources: BTreeMap::new(),
            billed: BTreeMap::new(),
            namesakes: BTreeMap::new(),
            lent: Lent::default(),
            become_invoices: false,
        }
    }

    /// The invoice that holds the same remote record as an order.
    pub(crate) fn invoice_on(&self, remote: &RemoteId, order: &RecordKey) -> Option<&RecordKey> {
        self.holders.get(remote)?.iter().find(|key| *key != order && key.kind == RecordKind::Invoice)
    }

    /// The order whose draft an invoice may take over, and the draft: the invoice bills all of the order, has no document
    /// of its own, and no other invoice has taken it.
    pub(crate) fn draft_for(&self, subject: &Subject) -> Option<(RecordKey, RemoteId)> {
        let Subject::Record(record) = subject else { return None };
        let Record::Invoice(invoice) = record.as_ref() else { return None };
        let order = order_key(record).filter(|_| self.become_invoices && invoice.extent == Extent::Full)?;
        let link = self.links.get(&order).filter(|link| !link.status.is_gone())?;
        let free = !self.links.contains_key(&invoice.key()) && self.invoice_on(&link.remote, &order).is_none();
        free.then(|| (order, link.remote.clone()))
    }
}
