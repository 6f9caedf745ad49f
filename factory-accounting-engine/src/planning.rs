//! From claimed operations to writes, with the least calls: creates need none, updates and voids read the record first.

use std::collections::BTreeMap;

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Extent, Record, RecordKey, RecordKind};
use factory_accounting_core::plan::{self, Draft, Revision, Subject};
use factory_accounting_core::planned::{Changes, Content, Planned};
use factory_accounting_core::provider::{Intent, ProbeTarget, RemoteRecord};
use factory_accounting_core::rules;
use factory_accounting_core::store::{
    Goal, Link, LinkOrigin, Operation, OperationQuery, OperationState, Outcome, Progress,
};

use crate::engine::{EngineError, Inner};
use crate::event::{Event, Verb};
use crate::push::order_key;
use crate::round::{Round, Settling};
use crate::sending::link_from;

/// A write that is ready to be encoded.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) operation: Operation,
    pub(crate) intent: Intent,
    pub(crate) planned: Planned,
    pub(crate) fingerprint: String,
    pub(crate) origin: LinkOrigin,
}

/// Writes of one kind and intent.
pub(crate) type Group = Vec<Write>;

/// An operation whose record is to be read before it can be planned to the end.
struct Reading {
    operation: Operation,
    /// `None` for a void.
    draft: Option<Draft>,
    remote: RemoteId,
    origin: LinkOrigin,
    link: Option<Link>,
}

/// What planning found about one operation without a call.
enum Plan {
    Settle(Settling),
    Create(Draft),
    Read { draft: Option<Draft>, remote: RemoteId, origin: LinkOrigin },
}

impl From<Parked> for Plan {
    fn from(parked: Parked) -> Self {
        Self::Settle(Settling::park(parked))
    }
}

/// Links that planning needs, and who else holds the records they point to.
struct Surroundings {
    links: BTreeMap<RecordKey, Link>,
    holders: BTreeMap<RemoteId, Vec<RecordKey>>,
}

impl Round<'_> {
    /// Plans operations; settles those that need no write.
    pub(crate) async fn plan(&mut self, operations: Vec<Operation>) -> Result<Vec<Group>, EngineError> {
        if operations.is_empty() {
            return Ok(Vec::new());
        }
        let mut settled = Vec::new();
        let mut subjects = Vec::with_capacity(operations.len());
        for operation in operations {
            match Subject::of(&operation) {
                Ok(subject) => subjects.push((operation, subject)),
                Err(parked) => settled.push((operation, Settling::park(parked))),
            }
        }
        let surroundings = self.surroundings(&subjects).await?;
        let mut writes = Vec::new();
        let mut readings = Vec::new();
        for (operation, subject) in subjects {
            match self.plan_one(&operation, &subject, &surroundings).await? {
                Plan::Settle(settling) => settled.push((operation, settling)),
                Plan::Create(draft) => writes.push(create(operation, draft)),
                Plan::Read { draft, remote, origin } => {
                    let link = surroundings.links.get(&operation.key).cloned();
                    readings.push(Reading { operation, draft, remote, origin, link });
                }
            }
        }
        self.settle(None, settled).await?;
        writes.extend(self.read(readings, &surroundings).await?);
        Ok(self.grouped(writes))
    }

    /// Loads the links of everything that the operations touch in two queries.
    async fn surroundings(&self, subjects: &[(Operation, Subject)]) -> Result<Surroundings, EngineError> {
        let mut keys = Vec::new();
        for (operation, subject) in subjects {
            keys.push(operation.key.clone());
            keys.extend(plan::references(subject));
        }
        keys.sort();
        keys.dedup();
        let found = self.inner.store.links(&self.inner.connection, &keys).await?;
        let links: BTreeMap<RecordKey, Link> =
            keys.into_iter().zip(found).filter_map(|(key, link)| Some((key, link?))).collect();
        // Only an order's draft can be held by two records: the order and the invoice it was promoted to.
        let drafts: Vec<RemoteId> =
            links.values().filter(|link| link.key.kind == RecordKind::Order).map(|link| link.remote.clone()).collect();
        let mut holders: BTreeMap<RemoteId, Vec<RecordKey>> = BTreeMap::new();
        if !drafts.is_empty() {
            for link in self.inner.store.links_to(&self.inner.connection, &drafts).await? {
                holders.entry(link.remote).or_default().push(link.key);
            }
        }
        Ok(Surroundings { links, holders })
    }

    async fn plan_one(
        &self,
        operation: &Operation,
        subject: &Subject,
        around: &Surroundings,
    ) -> Result<Plan, EngineError> {
        let key = &operation.key;
        let link = around.links.get(key);
        if operation.goal == Goal::Voided {
            return Ok(plan_void(operation, link, around));
        }
        if !self.facts.settings.sends(key.kind) {
            return Ok(skip(format!("sending of {} records is switched off in the settings", key.kind)));
        }
        if key.kind == RecordKind::Order
            && let Some(invoice) = link.and_then(|link| around.invoice_on(&link.remote, key))
        {
            return Ok(skip(format!("{invoice} has taken the place of this order in {}", self.inner.package_title())));
        }
        if let Subject::Record(record) = subject
            && let Some(plan) = self.check_order(operation, record, link, around).await?
        {
            return Ok(plan);
        }
        if let Some(parked) = self.still_invalid(operation, subject) {
            return Ok(parked.into());
        }
        let context = self.inner.context(&self.facts, &around.links);
        let draft = match plan::draft(key, subject, &context) {
            Ok(Ok(draft)) => draft,
            Ok(Err(reason)) => return Ok(skip(reason)),
            Err(parked) => return Ok(parked.into()),
        };
        let Some(link) = link else {
            if let Some(draft_of_order) = promotable(subject, around) {
                return Ok(Plan::Read { draft: Some(draft), remote: draft_of_order, origin: LinkOrigin::Promoted });
            }
            if let Some(parked) = self.number_twice(operation, subject).await? {
                return Ok(parked.into());
            }
            return Ok(Plan::Create(draft));
        };
        if link.status.is_gone() {
            let reason = format!(
                "{} {:?} was deleted or voided in {}; it is not brought back",
                key.kind,
                operation.name,
                self.inner.package_title()
            );
            return Ok(Parked::new(Code::RemoteGone, reason).into());
        }
        if link.fingerprint.as_ref() == Some(&draft.fingerprint) {
            return Ok(Plan::Settle(Settling::done(Outcome::Unchanged)));
        }
        Ok(Plan::Read { draft: Some(draft), remote: link.remote.clone(), origin: link.origin })
    }

    /// What a person has sent on is checked once more: retrying does not make a wrong record right.
    fn still_invalid(&self, operation: &Operation, subject: &Subject) -> Option<Parked> {
        let (Subject::Record(record), false) = (subject, operation.decisions.is_empty()) else { return None };
        let issues = plan::complaints(record, self.inner.provider.capabilities());
        let reason = format!("{} {:?} cannot be sent as it is", operation.key.kind, operation.name);
        (!issues.is_empty()).then(|| Parked::new(Code::Invalid, reason).with_issues(issues))
    }

    /// An invoice's order: known, in the books where orders are sent, and not billed above its amount (F55, F58, R12).
    async fn check_order(
        &self,
        operation: &Operation,
        record: &Record,
        link: Option<&Link>,
        around: &Surroundings,
    ) -> Result<Option<Plan>, EngineError> {
        let (Some(order), Record::Invoice(invoice)) = (order_key(record), record) else { return Ok(None) };
        let inner = self.inner;
        let Some(ordered) = newest(inner, &order).await? else {
            let reason = format!("invoice {:?} bills {order}, which has never been pushed", operation.name);
            return Ok(Some(Parked::new(Code::NotLinked, reason).until_linked(order).into()));
        };
        let stays_out = matches!(ordered.state, OperationState::Done { ref outcome } if !outcome.is_in_books());
        if link.is_none()
            && self.facts.settings.sends(RecordKind::Order)
            && !around.links.contains_key(&order)
            && !stays_out
        {
            let reason =
                format!("invoice {:?} bills {order}, which is not in {} yet", operation.name, inner.package_title());
            return Ok(Some(Parked::new(Code::NotLinked, reason).until_linked(order).into()));
        }
        let (Some(net), false) = (operation.net, invoice.above_order) else { return Ok(None) };
        let Some(limit) = ordered.net else { return Ok(None) };
        let billed = inner.store.progress(&inner.connection, &order).await?;
        let all = rules::with_invoice(&billed, Progress { key: operation.key.clone(), net });
        Ok(rules::exceeds(limit, &all).map(|excess| {
            let reason = format!(
                "invoice {:?} takes {order} ({:?}) above its {limit} {currency} before tax by {excess} {currency}",
                operation.name,
                ordered.name,
                currency = invoice.currency,
            );
            Parked::new(Code::AboveOrder, reason).into()
        }))
    }

    /// Where the package does not refuse a number that is taken, the host's own records are compared (R10).
    async fn number_twice(&self, operation: &Operation, subject: &Subject) -> Result<Option<Parked>, EngineError> {
        let inner = self.inner;
        let key = &operation.key;
        let unique = inner.provider.capabilities().of(key.kind).is_none_or(|capability| capability.unique_number);
        if unique
            || key.kind.is_party()
            || matches!(key.kind, RecordKind::Product | RecordKind::Allocation | RecordKind::Job)
        {
            return Ok(None);
        }
        let Some(other) = inner.store.namesake(&inner.connection, key, &operation.name).await? else { return Ok(None) };
        let Some(twin) = newest(inner, &other).await? else { return Ok(None) };
        // Two suppliers may use one number, two invoices may be paid under one receipt.
        let same_place = Subject::of(&twin).is_ok_and(|twin| place(&twin) == place(subject));
        Ok(same_place.then(|| {
            let reason = format!("{} {:?} has the same number as {other}", key.kind, operation.name);
            Parked::new(Code::NumberTwice, reason)
        }))
    }

    /// Reads the records of updates and voids, many in a call, and plans them to the end.
    async fn read(&mut self, readings: Vec<Reading>, around: &Surroundings) -> Result<Vec<Write>, EngineError> {
        let mut by_kind: BTreeMap<RecordKind, Vec<Reading>> = BTreeMap::new();
        for reading in readings {
            by_kind.entry(reading.operation.key.kind).or_default().push(reading);
        }
        let mut writes = Vec::new();
        for (kind, mut queue) in by_kind {
            let chunk = self.inner.provider.capabilities().of(kind).map_or(1, |capability| capability.fetch.max(1));
            while !queue.is_empty() && self.stop.is_none() {
                let rest = queue.split_off(chunk.min(queue.len()));
                let now = std::mem::replace(&mut queue, rest);
                writes.extend(self.read_chunk(kind, now, around).await?);
            }
        }
        Ok(writes)
    }

    async fn read_chunk(
        &mut self,
        kind: RecordKind,
        readings: Vec<Reading>,
        around: &Surroundings,
    ) -> Result<Vec<Write>, EngineError> {
        let ids: Vec<RemoteId> = readings.iter().map(|reading| reading.remote.clone()).collect();
        self.inner.called(Verb::Fetch, Some(kind), ids.len());
        let bases = match self.inner.provider.fetch(kind, &ids).await {
            Ok(bases) => bases,
            Err(error) => {
                let settlings = readings
                    .into_iter()
                    .map(|reading| {
                        let settling = self.failed_read(&reading.operation, &error);
                        (reading.operation, settling)
                    })
                    .collect();
                self.settle(None, settlings).await?;
                return Ok(Vec::new());
            }
        };
        let mut settled = Vec::new();
        let mut writes = Vec::new();
        let mut bases = bases.into_iter();
        for reading in readings {
            let base = bases.next().flatten();
            match self.plan_on_base(&reading, base, around) {
                Ok(write) => writes.push(write),
                Err(settling) => settled.push((reading.operation, *settling)),
            }
        }
        self.settle(None, settled).await?;
        Ok(writes)
    }

    fn plan_on_base(
        &self,
        reading: &Reading,
        base: Option<RemoteRecord>,
        around: &Surroundings,
    ) -> Result<Write, Box<Settling>> {
        let Reading { operation, draft, origin, link, .. } = reading;
        let key = &operation.key;
        let Some(base) = base else {
            if operation.goal == Goal::Voided {
                return Err(Box::new(Settling::done(Outcome::Unchanged)));
            }
            let reason = format!("{} {:?} is no longer in {}", key.kind, operation.name, self.inner.package_title());
            return Err(Box::new(Settling::park(Parked::new(Code::RemoteGone, reason))));
        };
        let mut notices = Vec::new();
        if let Some(drift) = link.as_ref().and_then(|link| plan::drift(link, &base)) {
            notices.push(Event::Drift { key: key.clone(), what: drift.what });
        }
        let context = self.inner.context(&self.facts, &around.links);
        let verdict = match draft {
            Some(draft) => plan::revise(key, &operation.name, draft, &base, &context),
            None => match plan::void(key, &operation.name, &base, &context) {
                Ok(true) => return Ok(self.void_write(reading, base)),
                Ok(false) => Revision::Unchanged,
                Err(parked) => Revision::Park(parked),
            },
        };
        let settling = match verdict {
            Revision::Update { content, changes } => {
                let Some(draft) = draft else { return Ok(self.void_write(reading, base)) };
                for notice in notices {
                    self.inner.tell(&notice);
                }
                return Ok(Write {
                    operation: operation.clone(),
                    intent: Intent::Update,
                    planned: Planned {
                        key: key.clone(),
                        name: operation.name.clone(),
                        content,
                        base: Some(Box::new(base)),
                        changes,
                        probe: draft.probe.clone(),
                    },
                    fingerprint: draft.fingerprint.clone(),
                    origin: *origin,
                });
            }
            Revision::Unchanged => {
                let fingerprint = draft.as_ref().map(|draft| draft.fingerprint.clone());
                let seen = link_from(operation, &base, fingerprint, *origin, link.as_ref(), self.inner.now());
                let outcome = if operation.goal == Goal::Voided { Outcome::Voided } else { Outcome::Unchanged };
                Settling { links: vec![seen], notices, ..Settling::done(outcome) }
            }
            Revision::Park(parked) => Settling { notices, ..Settling::park(parked) },
        };
        Err(Box::new(settling))
    }

    fn void_write(&self, reading: &Reading, base: RemoteRecord) -> Write {
        let operation = &reading.operation;
        Write {
            operation: operation.clone(),
            intent: Intent::Void,
            planned: Planned {
                key: operation.key.clone(),
                name: operation.name.clone(),
                probe: ProbeTarget {
                    kind: operation.key.kind,
                    marker: operation.name.clone(),
                    party: base.party.clone(),
                    parent: base.parent.clone(),
                    counterpart: base.counterpart.clone(),
                    date: base.date,
                    in_reference: false,
                },
                content: Content::Void,
                base: Some(Box::new(base)),
                changes: Changes { header: false, lines: false, status: true },
            },
            fingerprint: String::new(),
            origin: reading.origin,
        }
    }

    /// Groups writes by kind and intent, in order of arrival, no more in a group than travel in one request.
    fn grouped(&self, writes: Vec<Write>) -> Vec<Group> {
        let mut groups: BTreeMap<(RecordKind, Intent), Vec<Group>> = BTreeMap::new();
        for write in writes {
            let kind = write.operation.key.kind;
            let most = self.inner.provider.capabilities().of(kind).map_or(1, |capability| match write.intent {
                Intent::Create => capability.create,
                Intent::Update => capability.update,
                Intent::Void => capability.void,
            });
            let lanes = groups.entry((kind, write.intent)).or_default();
            match lanes.last_mut() {
                Some(group) if group.len() < most.max(1) => group.push(write),
                _ => lanes.push(vec![write]),
            }
        }
        groups.into_values().flatten().collect()
    }
}

impl Surroundings {
    /// The invoice that holds the same remote record as an order.
    fn invoice_on(&self, remote: &RemoteId, order: &RecordKey) -> Option<&RecordKey> {
        self.holders.get(remote)?.iter().find(|key| *key != order && key.kind == RecordKind::Invoice)
    }
}

fn skip(reason: String) -> Plan {
    Plan::Settle(Settling::done(Outcome::Skipped { reason }))
}

fn create(operation: Operation, draft: Draft) -> Write {
    let Draft { content, probe, fingerprint } = draft;
    let planned = Planned {
        key: operation.key.clone(),
        name: operation.name.clone(),
        content,
        base: None,
        changes: Changes::ALL,
        probe,
    };
    Write { operation, intent: Intent::Create, planned, fingerprint, origin: LinkOrigin::Written }
}

fn plan_void(operation: &Operation, link: Option<&Link>, around: &Surroundings) -> Plan {
    let Some(link) = link else {
        return skip("it never reached the accounting package".to_owned());
    };
    if let Some(invoice) = around.invoice_on(&link.remote, &operation.key)
        && operation.key.kind == RecordKind::Order
    {
        let reason = format!("order {:?} became {invoice} in the books: void that invoice instead", operation.name);
        return Parked::new(Code::RemoteState, reason).into();
    }
    if link.status.is_gone() {
        return Plan::Settle(Settling::done(Outcome::Voided));
    }
    Plan::Read { draft: None, remote: link.remote.clone(), origin: link.origin }
}

/// The draft of an invoice's order, where the invoice bills all of it and no other invoice has taken it (F55).
fn promotable(subject: &Subject, around: &Surroundings) -> Option<RemoteId> {
    let Subject::Record(record) = subject else { return None };
    let Record::Invoice(invoice) = record.as_ref() else { return None };
    let order = order_key(record).filter(|_| invoice.extent == Extent::Full)?;
    let link = around.links.get(&order).filter(|link| !link.status.is_gone())?;
    around.invoice_on(&link.remote, &order).is_none().then(|| link.remote.clone())
}

/// Where a record stands among its like: its party, or the document it settles.
fn place(subject: &Subject) -> Option<RecordKey> {
    match subject {
        Subject::Allocation(part) => Some(part.credit_note_key()),
        Subject::Record(record) => match record.as_ref() {
            Record::Payment(payment) => Some(payment.target.key()),
            other => other.trade().map(|trade| trade.party),
        },
    }
}

async fn newest(inner: &Inner, key: &RecordKey) -> Result<Option<Operation>, EngineError> {
    let query = OperationQuery { key: Some(key.clone()), ..Default::default() };
    Ok(inner.store.operations(&inner.connection, query).await?.pop())
}
