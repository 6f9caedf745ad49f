//! Looking before sending: what would become of a record, and having exactly that done.

use factory_accounting_core::capability::SourceTie;
use factory_accounting_core::model::{Record, RecordKey, RecordKind};
use factory_accounting_core::plan::{self, AllocationSubject};
use factory_accounting_core::planned::{Changes, Content};
use factory_accounting_core::preview::{
    Basis, Difference, DocumentPlan, Expectation, Foreseen, Moved, SeenRecord, SideEffect, Standing, as_written,
    difference,
};
use factory_accounting_core::rules::{self, EditLock};
use factory_accounting_core::store::{
    Goal, LinkOrigin, NewOperation, Operation, OperationState, Outcome, Start, transition,
};

use crate::engine::{Engine, EngineError, Facts, Inner};
use crate::foresee::{Foreseer, Foresight, arriving};
use crate::locks::Freshness;
use crate::planner::tied_to;
use crate::push::{Admitted, Ticket};
use crate::surroundings::{Surroundings, billing_kind};

impl Engine {
    /// What sending one state of a record would do: the difference between the books now and after, what it waits for, why
    /// it would be refused, what else it brings about. Nothing is sent or stored.
    ///
    /// With [`Freshness::Stored`] no call is made, and "before" is what was last written; with [`Freshness::Now`] the record
    /// is read as it is, and so is the document that it came from where the package ties the two.
    ///
    /// # Errors
    /// Where the store fails, the connection was never opened, or the record could not be read.
    pub async fn plan(&self, record: &Record, freshness: Freshness) -> Result<DocumentPlan, EngineError> {
        let facts = self.inner.facts().await?;
        Ok(self.preview(record, freshness, &facts).await?.0)
    }

    /// Puts exactly what was planned into the outbox; `by` is recorded with it. Just before it is sent, what the plan was
    /// made from is looked at once more: where it has moved meanwhile, the record is not sent but becomes a question
    /// ([`Code::PlanOutdated`](factory_accounting_core::code::Code::PlanOutdated)).
    ///
    /// # Errors
    /// [`EngineError::PlanOutdated`] names what has moved since the plan was made. Refused where the plan sends nothing, was
    /// made for another connection, or where the very same state is in the queue without a plan: nothing would hold that one
    /// back.
    pub async fn apply(&self, plan: &DocumentPlan, by: &str) -> Result<Ticket, EngineError> {
        let inner = &self.inner;
        if plan.connection != inner.connection {
            let reason = format!(
                "the plan of {} was made for connection {}, not {}: plan it here",
                plan.record.key(),
                plan.connection,
                inner.connection
            );
            return Err(EngineError::Refused(reason));
        }
        if !plan.verdict.writes() {
            return Err(EngineError::Refused(format!("{}: {}", plan.record.key(), plan.verdict)));
        }
        // Another process may have saved settings since they were read.
        let newest = inner.store.settings(&inner.connection).await?.map_or(0, |(version, _)| version);
        if inner.facts().await?.settings_version != newest {
            inner.forget_facts();
        }
        let facts = inner.facts().await?;
        let (now, mut admitted) = self.preview(&plan.record, Freshness::Stored, &facts).await?;
        let moved = moved_since(plan, &now);
        if !moved.is_empty() {
            return Err(EngineError::PlanOutdated { record: plan.record.key(), moved });
        }
        let own = plan.record.key();
        if inner.newest(&own).await?.is_some_and(|newest| is_queued_unplanned(&newest, &plan.expectation)) {
            return Err(EngineError::Refused(format!("{own} is in the queue as it was pushed, without this plan")));
        }
        let expected = Expectation { applied_by: Some(by.to_owned()), ..plan.expectation.clone() };
        if let Some(own) = admitted.of_records.iter_mut().flatten().next() {
            // An expectation holds nothing that JSON cannot.
            let text = serde_json::to_string(&expected).unwrap_or_else(|error| unreachable!("it is JSON: {error}"));
            own.expects = Some(text);
        }
        let ticket = self.enqueue(admitted).await?.pop();
        ticket.ok_or_else(|| EngineError::Refused("nothing was planned".to_owned()))
    }

    /// Plans a record, and says what pushing it would amount to.
    async fn preview(
        &self,
        record: &Record,
        freshness: Freshness,
        facts: &Facts,
    ) -> Result<(DocumentPlan, Admitted), EngineError> {
        let inner = &*self.inner;
        let admitted = self.admit(std::slice::from_ref(record), None).await?;
        let Some((own, parts)) = admitted.of_records.first().and_then(|operations| operations.split_first()) else {
            return Err(EngineError::Refused(format!("{} amounts to nothing", record.key())));
        };
        let newest = inner.newest(&own.key).await?;
        let operation = arriving(own, newest.as_ref(), inner.now());
        let foreseer = Foreseer { inner, facts, present: facts, freshness, before: &admitted.before, held: None };
        let mut seen = foreseer.foresee(operation, record, &own.start).await?;
        if let Some(verdict) = newest.as_ref().and_then(|newest| stands_before(newest, own)) {
            seen.verdict = verdict;
        }
        let mut effects = effects(inner, record, parts, &seen).await?;
        if seen.verdict.writes() {
            let order = foreseer.planner().would_make_way(record, &seen.links);
            effects.extend(order.map(|order| SideEffect::TakesBack { order }));
        }
        if seen.verdict.writes() && !seen.links.contains_key(&own.key) {
            let sleepers = inner.waiting_for(&own.key).await?;
            effects.extend(sleepers.into_iter().map(|sleeper| SideEffect::Wakes { record: sleeper.key }));
        }
        let plan = DocumentPlan {
            connection: inner.connection.clone(),
            record: record.clone(),
            number: number(&seen),
            difference: differs(inner, facts, &seen),
            lock: lock(inner, facts, &own.key, &seen),
            omissions: omissions(inner, facts, record, &seen),
            expectation: expectation(own, facts, &seen),
            basis: seen.basis,
            verdict: seen.verdict,
            effects,
        };
        Ok((plan, admitted))
    }
}

/// What stands between a push and its sending: an earlier state on its way, or the very same state.
fn stands_before(newest: &Operation, own: &NewOperation) -> Option<Foreseen> {
    let same = newest.fingerprint == own.fingerprint && newest.goal == own.goal;
    let wait = |reason: &str| {
        let records = vec![newest.key.clone()];
        Some(Foreseen::Wait { records, reason: reason.to_owned(), then: None })
    };
    match &newest.state {
        OperationState::Sending { .. } => wait("an earlier state of it is being sent"),
        OperationState::Parked { parked } if same => Some(Foreseen::Refuse { parked: Box::new(parked.clone()) }),
        OperationState::Parked { parked } if !transition::may_be_superseded(&newest.state) => {
            wait(&format!("an earlier state of it is a question that must be answered first: {}", parked.code))
        }
        OperationState::Done { outcome } if same && outcome.is_in_books() => {
            let reason = format!("this state was pushed before, as revision {}", newest.revision);
            Some(Foreseen::Nothing { reason })
        }
        OperationState::Done { outcome: Outcome::SetAside { question } } if same => {
            let reason = format!("a person has skipped this state: {}", question.code);
            Some(Foreseen::Nothing { reason })
        }
        _ => None,
    }
}

/// What has moved between two plans of one record, the second made from the store alone.
fn moved_since(plan: &DocumentPlan, now: &DocumentPlan) -> Vec<Moved> {
    let mut moved = plan.expectation.moved(&now.expectation);
    if let Some(books) = seen_since(plan, now) {
        // What the books hold may lead to another result by itself.
        moved.retain(|moved| *moved != Moved::Lists);
        moved.push(books);
    }
    moved
}

/// Whether an operation waits to be sent in the state that was planned, by a push that knew of no plan.
fn is_queued_unplanned(newest: &Operation, planned: &Expectation) -> bool {
    let queued = matches!(newest.state, OperationState::Queued | OperationState::Held);
    queued && newest.goal == Goal::Present && newest.fingerprint == planned.record && newest.expects.is_none()
}

/// Whether the store knows something newer of the record in the books than the plan did.
fn seen_since(plan: &DocumentPlan, now: &DocumentPlan) -> Option<Moved> {
    let seen_at = match &now.basis {
        Basis::AsWritten { seen_at, .. } | Basis::Linked { seen_at } => *seen_at,
        _ => return None,
    };
    if let Basis::Read { at } = &plan.basis
        && seen_at <= *at
    {
        return None;
    }
    let (then, here) = (plan.expectation.seen.as_ref()?, now.expectation.seen.as_ref()?);
    (then != here).then(|| Moved::Books { what: "the record in the books has been seen otherwise since".to_owned() })
}

fn expectation(own: &NewOperation, facts: &Facts, seen: &Foresight) -> Expectation {
    let whole = seen.draft.as_ref().filter(|_| seen.on_their_way.is_empty());
    Expectation {
        record: own.fingerprint.clone(),
        settings: facts.settings_version,
        links: tied_to(seen.keys.clone(), &seen.links),
        on_their_way: seen.on_their_way.clone(),
        content: whole.map(|draft| draft.fingerprint.clone()),
        seen: seen.base.as_ref().map(SeenRecord::from),
        applied_by: None,
    }
}

pub(crate) fn differs(inner: &Inner, facts: &Facts, seen: &Foresight) -> Difference {
    let rules = &inner.provider.capabilities().amounts;
    let standing = Standing { held: seen.base.as_ref(), written: seen.written.as_ref() };
    let Some((content, changes)) = seen.written_then() else { return Difference::default() };
    let mut difference = difference(content, changes, standing, rules);
    if let (Content::Document(document), Some(money)) = (content, &mut difference.money) {
        money.rounding = plan::rounding_of(document, &facts.settings);
    }
    difference
}

/// The difference between what two sets of settings make of a record.
pub(crate) fn between(inner: &Inner, key: &RecordKey, before: &Foresight, after: &Foresight) -> Difference {
    let rules = &inner.provider.capabilities().amounts;
    let Some(after) = &after.draft else { return Difference::default() };
    let held = before.draft.as_ref().map(|draft| as_written(key, &draft.content, None));
    let standing = Standing { held: held.as_ref(), written: before.draft.as_ref().map(|draft| &draft.content) };
    difference(&after.content, Changes::ALL, standing, rules)
}

fn number(seen: &Foresight) -> Option<String> {
    match &seen.draft.as_ref()?.content {
        Content::Document(document) => {
            document.number.clone().or_else(|| seen.base.as_ref().and_then(|base| base.number.clone()))
        }
        Content::Payment(payment) => Some(payment.reference.clone()),
        Content::Item(item) => Some(item.code.clone()),
        Content::Job(job) => Some(job.number.clone()),
        _ => None,
    }
}

fn lock(inner: &Inner, facts: &Facts, key: &RecordKey, seen: &Foresight) -> Option<EditLock> {
    let base = seen.base.as_ref()?;
    let seen_at = match seen.basis {
        Basis::Read { at } => at,
        Basis::AsWritten { seen_at, .. } | Basis::Linked { seen_at } => seen_at,
        _ => inner.now(),
    };
    let currency = base.currency.unwrap_or(facts.organisation.currency);
    let editable = inner.editable_when_settled(key.kind);
    let lock = rules::edit_lock(key.kind, &base.status, base.settled.as_ref(), currency, seen_at, editable);
    let since = seen.links.get(key).and_then(|link| link.settled_since);
    lock.map(|lock| EditLock { since, ..lock })
}

fn omissions(inner: &Inner, facts: &Facts, record: &Record, seen: &Foresight) -> Vec<plan::Omission> {
    let Some(draft) = &seen.draft else { return Vec::new() };
    let around = Surroundings::of_links(seen.links.clone());
    plan::omissions(record, draft, &inner.context_of(facts, &around))
}

/// What else sending brings about.
async fn effects(
    inner: &Inner,
    record: &Record,
    parts: &[NewOperation],
    seen: &Foresight,
) -> Result<Vec<SideEffect>, EngineError> {
    let mut effects = Vec::new();
    if !seen.verdict.writes() {
        return Ok(effects);
    }
    let kinds = [RecordKind::Customer, RecordKind::Supplier, RecordKind::Product, RecordKind::Job];
    let new = seen.on_their_way.iter().filter(|key| kinds.contains(&key.kind));
    effects.extend(new.map(|key| SideEffect::Creates { record: key.clone() }));
    if let (LinkOrigin::Promoted, Record::Invoice(invoice)) = (seen.origin, record) {
        let order = invoice.order.clone().map(|id| RecordKey::new(RecordKind::Order, id));
        effects.extend(order.map(|order| SideEffect::TakesDraftOf { order }));
    }
    effects.extend(on_source(inner, record, seen));
    let links = inner.links_of(parts.iter().map(|part| part.key.clone()).collect()).await?;
    for part in parts {
        let linked = links.contains_key(&part.key);
        match (part.goal, part.key.kind) {
            (Goal::Present, RecordKind::Allocation) if !linked => {
                let amount = serde_json::from_str::<AllocationSubject>(&part.record);
                let allocation = part.key.clone();
                effects.extend(amount.map(|part| SideEffect::Allocates { allocation, amount: part.amount.amount }));
            }
            (Goal::Voided, RecordKind::Allocation) => {
                effects.push(SideEffect::Withdraws { allocation: part.key.clone() });
            }
            (Goal::Present, kind) if kinds.contains(&kind) && !linked && part.start == Start::Queued => {
                effects.push(SideEffect::Creates { record: part.key.clone() });
            }
            _ => {}
        }
    }
    Ok(effects)
}

/// What becomes of the document that this one came from.
fn on_source(inner: &Inner, record: &Record, seen: &Foresight) -> Option<SideEffect> {
    let source = plan::parent_of(record)?;
    let capability = inner.provider.capabilities().of(record.kind())?;
    let tied = match seen.written_then() {
        Some((Content::Document(document), _)) => document.source.is_some(),
        _ => false,
    };
    let creates = matches!(seen.basis, Basis::NotInBooks);
    // An order that is not sent, say, has nothing to be cut down.
    let stands =
        seen.links.get(&source).is_some_and(|link| !link.status.is_gone()) || seen.on_their_way.contains(&source);
    match capability.sources {
        _ if tied && creates => Some(SideEffect::Closes { source }),
        SourceTie::Converted if !tied && stands && billing_kind(source.kind) == Some(record.kind()) => {
            Some(SideEffect::CutsDown { source })
        }
        _ => None,
    }
}
