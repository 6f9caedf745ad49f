//! From claimed operations to writes, with the least calls: creates need none, updates and voids read the record first.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::ids::RemoteId;
use factory_accounting_core::model::{Record, RecordKey, RecordKind};
use factory_accounting_core::plan::{self, Draft, Subject};
use factory_accounting_core::planned::{Changes, Planned};
use factory_accounting_core::provider::Intent;
use factory_accounting_core::rules;
use factory_accounting_core::settings::NumberOwner;
use factory_accounting_core::store::{
    Decision, Goal, Link, LinkOrigin, Operation, OperationState, Outcome, Progress, Step,
};

use crate::drafts::{Drafts, Taken};
use crate::engine::EngineError;
use crate::planner::Planner;
use crate::push::order_key;
use crate::reading::Reading;
use crate::round::Round;
use crate::settling::Settling;
use crate::surroundings::Surroundings;

/// How long an operation waits for another document of its order.
const A_WHILE: Duration = Duration::from_secs(15);

/// One operation on its way into the books: what is planned for it, before it is encoded and while its fate is open.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) operation: Operation,
    pub(crate) intent: Intent,
    pub(crate) planned: Planned,
    pub(crate) fingerprint: String,
    pub(crate) origin: LinkOrigin,
}

/// Writes of one kind and intent, in order of arrival.
pub(crate) type Lane = VecDeque<Write>;

/// What planning found about one operation without a call.
pub(crate) enum Plan {
    Settle(Settling),
    Create(Draft),
    Read { draft: Option<Draft>, remote: RemoteId, origin: LinkOrigin },
}

impl From<Parked> for Plan {
    fn from(parked: Parked) -> Self {
        Self::Settle(Settling::park(parked))
    }
}

impl Round<'_> {
    /// Plans operations; settles those that need no write.
    pub(crate) async fn plan(&mut self, operations: Vec<Operation>) -> Result<Vec<Lane>, EngineError> {
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
        let subjects = self.name_items(subjects).await?;
        let mut surroundings = self.planner().surroundings(&subjects).await?;
        let subjects = self.read_sources(subjects, &mut surroundings).await?;
        let mut drafts = Drafts::of(&subjects, &surroundings);
        let mut writes = Vec::with_capacity(subjects.len());
        let mut readings = Vec::new();
        for (operation, subject) in subjects {
            match self.planner().plan_one(&operation, &subject, &surroundings, &mut drafts).await? {
                Plan::Settle(settling) => {
                    if matches!(settling.step, Step::Park(_)) {
                        self.parked.insert(operation.key.clone());
                    }
                    settled.push((operation, settling));
                }
                Plan::Create(draft) => writes.push(create(operation, draft)),
                Plan::Read { draft, remote, origin } => {
                    let link = surroundings.links.get(&operation.key).cloned();
                    readings.push(Reading { operation, draft, remote, origin, link });
                }
            }
        }
        self.settle(None, settled).await?;
        let mut writes = self.match_by_code(writes).await?;
        writes.extend(self.read(readings, &surroundings).await?);
        Ok(lanes(writes))
    }
}

impl Planner<'_> {
    /// Plans one operation as far as that goes without a call.
    pub(crate) async fn plan_one(
        &self,
        operation: &Operation,
        subject: &Subject,
        around: &Surroundings,
        drafts: &mut Drafts,
    ) -> Result<Plan, EngineError> {
        let key = &operation.key;
        let link = around.links.get(key);
        if drafts.keep_waiting(operation, around) {
            return Ok(self.later("a document that bills this order is being written"));
        }
        if operation.goal == Goal::Voided {
            return self.plan_void(operation, link, around).await;
        }
        let settings = &self.facts.settings;
        let off = match subject {
            Subject::Record(record) => rules::switched_off(record, settings),
            Subject::Allocation(_) => rules::kind_switched_off(key.kind, settings),
        };
        if let Some(reason) = off {
            return Ok(skip(reason));
        }
        if key.kind == RecordKind::Order
            && let Some(invoice) = link.and_then(|link| around.invoice_on(&link.remote, key))
        {
            return Ok(skip(format!("{invoice} has taken the place of this order in {}", self.inner.package_title())));
        }
        if let Some(plan) = self.make_way(operation, link).await? {
            return Ok(plan);
        }
        if let Subject::Record(record) = subject
            && let Some(plan) = self.check_order(operation, record, link, around).await?
        {
            return Ok(plan);
        }
        if let Some(parked) = self.still_invalid(operation, subject) {
            return Ok(parked.into());
        }
        let context = self.inner.context(self.facts, around, operation);
        let draft = match plan::draft(key, subject, &context) {
            Ok(Ok(draft)) => draft,
            Ok(Err(reason)) => return Ok(skip(reason)),
            Err(parked) => return self.wanting(operation, parked).await,
        };
        if let Some(parked) = self.outdated(operation, subject, &draft, around) {
            return Ok(parked.into());
        }
        let Some(link) = link else { return self.plan_new(operation, subject, draft, around, drafts).await };
        if link.status.is_gone() {
            // Unlike a document, an allocation cannot be pushed under another id: its place is all that it is.
            if key.kind == RecordKind::Allocation && self.was_voided_by_us(operation).await? {
                return Ok(Plan::Create(draft));
            }
            if self.was_voided_to_be_written_anew(operation).await? {
                let taken = self.number_twice(operation, subject, around).await?;
                return Ok(taken.map_or(Plan::Create(draft), Plan::from));
            }
            let reason = format!(
                "{} {:?} was deleted or voided in {}; it is not brought back",
                key.kind,
                operation.name,
                self.inner.package_title()
            );
            let parked = Parked::new(Code::RemoteGone, reason);
            return Ok(if link.is_broken() { parked.until_linked(key.clone()) } else { parked }.into());
        }
        let draft = match self.addressed(operation, subject, link, draft).await? {
            Ok(draft) => draft,
            Err(plan) => return Ok(plan),
        };
        if link.fingerprint.as_ref() == Some(&draft.fingerprint) {
            return Ok(Plan::Settle(Settling::done(Outcome::Unchanged)));
        }
        Ok(Plan::Read { draft: Some(draft), remote: link.remote.clone(), origin: link.origin })
    }

    /// A record that has no link.
    async fn plan_new(
        &self,
        operation: &Operation,
        subject: &Subject,
        draft: Draft,
        around: &Surroundings,
        drafts: &mut Drafts,
    ) -> Result<Plan, EngineError> {
        if let Some(parked) = self.lost_sight_of(operation).await? {
            return Ok(parked.into());
        }
        match drafts.take(subject, around) {
            Some(Taken::Free(remote)) => {
                return Ok(Plan::Read { draft: Some(draft), remote, origin: LinkOrigin::Promoted });
            }
            Some(Taken::Busy) => return Ok(self.later("another document of its order is being written")),
            None => {}
        }
        if let Some(parked) = self.number_twice(operation, subject, around).await? {
            return Ok(parked.into());
        }
        Ok(Plan::Create(draft))
    }

    async fn plan_void(
        &self,
        operation: &Operation,
        link: Option<&Link>,
        around: &Surroundings,
    ) -> Result<Plan, EngineError> {
        let Some(link) = link else {
            // What never left counts nowhere.
            let lost = self.lost_sight_of(operation).await?;
            return Ok(lost.map_or_else(|| Plan::Settle(Settling::done(Outcome::Voided)), Plan::from));
        };
        if let Some(invoice) = around.invoice_on(&link.remote, &operation.key)
            && operation.key.kind == RecordKind::Order
        {
            let reason = format!("order {:?} became {invoice} in the books: void that invoice instead", operation.name);
            return Ok(Parked::new(Code::RemoteState, reason).into());
        }
        if link.status.is_gone() {
            return Ok(Plan::Settle(Settling::done(Outcome::Voided)));
        }
        Ok(Plan::Read { draft: None, remote: link.remote.clone(), origin: link.origin })
    }

    /// A record that an earlier revision, or a person's word, has put into the books, and that no link points to: sending it
    /// would make a second one, and voiding nothing would leave it there. Parties and items are found by name or code.
    async fn lost_sight_of(&self, operation: &Operation) -> Result<Option<Parked>, EngineError> {
        let key = &operation.key;
        let told = operation.decisions.iter().any(|taken| taken.decision == Decision::Retry);
        if told || operation.revision.0 <= 1 || key.kind.is_party() || key.kind == RecordKind::Product {
            return Ok(None);
        }
        let history = self.inner.history(key).await?;
        let last = history.into_iter().rev().find(|row| {
            row.id < operation.id && matches!(&row.state, OperationState::Done { outcome } if outcome.is_in_books())
        });
        Ok(last.filter(|last| last.goal == Goal::Present).map(|_| {
            let reason = format!(
                "{} {:?} is in {} by an earlier revision or a person's word, but is not linked to it: link the two",
                key.kind,
                operation.name,
                self.inner.package_title()
            );
            Parked::new(Code::NotLinked, reason).until_linked(key.clone())
        }))
    }

    async fn was_voided_by_us(&self, operation: &Operation) -> Result<bool, EngineError> {
        let voided = OperationState::Done { outcome: Outcome::Voided };
        let history = self.inner.history(&operation.key).await?;
        Ok(history.iter().any(|row| row.id < operation.id && row.goal == Goal::Voided && row.state == voided))
    }

    /// Back to the queue for a little while.
    fn later(&self, why: &str) -> Plan {
        Plan::Settle(self.in_a_while(why))
    }

    pub(crate) fn in_a_while(&self, why: &str) -> Settling {
        let not_before = plan::after(self.inner.now(), A_WHILE);
        Settling::step(Step::Retry { not_before, error: why.to_owned(), failure: None })
    }

    /// What a person has sent on is checked once more: retrying does not make a wrong record right.
    fn still_invalid(&self, operation: &Operation, subject: &Subject) -> Option<Parked> {
        let (Subject::Record(record), false) = (subject, operation.decisions.is_empty()) else { return None };
        let issues = plan::complaints(record, self.inner.provider.capabilities());
        (!issues.is_empty()).then(|| Parked::invalid(operation.key.kind, &operation.name, issues))
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
        let Some(ordered) = inner.newest(&order).await? else {
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
        let billed = self.billed_before(operation, &order).await?;
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
    async fn number_twice(
        &self,
        operation: &Operation,
        subject: &Subject,
        around: &Surroundings,
    ) -> Result<Option<Parked>, EngineError> {
        let key = &operation.key;
        let Some(others) = around.namesakes.get(key) else { return Ok(None) };
        // What the host numbers itself is told apart by its number alone. But two suppliers may use one number, two invoices
        // may be paid under one receipt, and where the package numbers, the host's may be numbers within a customer.
        let alone = !matches!(key.kind, RecordKind::Bill | RecordKind::Payment)
            && self.facts.settings.number_owner(key.kind) == NumberOwner::Host;
        let newest = self.inner.newest_of(others).await?;
        for (other, newest) in others.iter().zip(newest) {
            let twin = newest.filter(|twin| twin.id < operation.id);
            if twin.is_some_and(|twin| alone || Subject::of(&twin).is_ok_and(|twin| place(&twin) == place(subject))) {
                let reason = format!("{} {:?} has the same number as {other}", key.kind, operation.name);
                return Ok(Some(Parked::new(Code::NumberTwice, reason)));
            }
        }
        Ok(None)
    }
}

/// Groups writes by kind and intent: dependencies' kinds first, creates before updates before voids.
fn lanes(writes: Vec<Write>) -> Vec<Lane> {
    let mut lanes: BTreeMap<(RecordKind, Intent), Lane> = BTreeMap::new();
    for write in writes {
        lanes.entry((write.operation.key.kind, write.intent)).or_default().push_back(write);
    }
    lanes.into_values().collect()
}

pub(crate) fn skip(reason: String) -> Plan {
    Plan::Settle(Settling::done(Outcome::Skipped { reason }))
}

pub(crate) fn create(operation: Operation, draft: Draft) -> Write {
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
