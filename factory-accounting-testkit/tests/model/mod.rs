//! Any sequence of verbs has the same observable results on every store.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::ids::{AttemptId, ConnectionId, Cursor, Epoch, OperationId, RemoteId, Revision, WorkerId};
use factory_accounting_core::memory::MemoryStore;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::provider::{ChangeFeed, EncodedWrite, Intent, RemoteStatus};
use factory_accounting_core::store::{
    Absorb, AttemptMember, Claim, ClaimRequest, Connection, ConnectionState, Decision, Goal, Link, LinkOrigin,
    NewOperation, OperationQuery, Outcome, RecordedDecision, Scope, Settle, Settlement, Start, Step, StoreError,
    SyncStore,
};
use factory_accounting_sqlite::SqliteStore;
use proptest::prelude::*;
use rust_decimal::Decimal;

/// A verb with choices that are made concrete by what has happened so far.
#[derive(Clone, Debug)]
enum Verb {
    Enqueue(Vec<Push>),
    Claim { worker: u8, limit: usize },
    Release { stale: bool },
    Begin { members: Vec<usize> },
    Settle { attempt: Option<usize>, steps: Vec<(usize, Fate)>, state: Option<u8> },
    Decide { operation: usize, decision: u8, remote: u8 },
    PutLink { record: u8, remote: u8, promoted: bool },
    RemoveLink { record: u8 },
    Absorb { record: u8, remote: u8 },
    PutConnection(u8),
    Hasten(u8),
}

#[derive(Clone, Debug)]
struct Push {
    record: u8,
    revision: Option<u64>,
    content: u8,
    voided: bool,
    needs: Vec<u8>,
    start: u8,
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Created(Option<u8>),
    Voided,
    Park(u8),
    ParkUntil(u8),
    Retry(i64),
    Next,
    Doubt,
}

const RECORDS: u8 = 5;
const FAILURES: [Option<ErrorKind>; 3] = [None, Some(ErrorKind::Unavailable), Some(ErrorKind::Conflict)];

fn push() -> impl Strategy<Value = Push> {
    let revision = prop_oneof![2 => Just(None), 3 => (1..6_u64).prop_map(Some)];
    let needs = prop::collection::vec(0..RECORDS, 0..3);
    (0..RECORDS, revision, 0..2_u8, prop::bool::weighted(0.15), needs, 0..10_u8).prop_map(
        |(record, revision, content, voided, needs, start)| Push { record, revision, content, voided, needs, start },
    )
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => prop::option::of(0..RECORDS).prop_map(Fate::Created),
        1 => Just(Fate::Voided),
        2 => (0..4_u8).prop_map(Fate::Park),
        2 => (0..RECORDS).prop_map(Fate::ParkUntil),
        2 => (0..20_i64).prop_map(Fate::Retry),
        1 => Just(Fate::Next),
        2 => Just(Fate::Doubt),
    ]
}

fn verb() -> impl Strategy<Value = Verb> {
    let steps = prop::collection::vec((0..12_usize, fate()), 0..4);
    prop_oneof![
        6 => prop::collection::vec(push(), 1..4).prop_map(Verb::Enqueue),
        6 => (0..2_u8, 0..5_usize).prop_map(|(worker, limit)| Verb::Claim { worker, limit }),
        1 => any::<bool>().prop_map(|stale| Verb::Release { stale }),
        6 => prop::collection::vec(0..6_usize, 1..3).prop_map(|members| Verb::Begin { members }),
        8 => (prop::option::weighted(0.8, 0..3_usize), steps, prop::option::weighted(0.1, 0..3_u8))
            .prop_map(|(attempt, steps, state)| Verb::Settle { attempt, steps, state }),
        3 => (0..12_usize, 0..6_u8, 0..6_u8)
            .prop_map(|(operation, decision, remote)| Verb::Decide { operation, decision, remote }),
        2 => (0..RECORDS, 0..6_u8, prop::bool::weighted(0.2))
            .prop_map(|(record, remote, promoted)| Verb::PutLink { record, remote, promoted }),
        1 => (0..RECORDS).prop_map(|record| Verb::RemoveLink { record }),
        1 => (0..RECORDS, 0..6_u8).prop_map(|(record, remote)| Verb::Absorb { record, remote }),
        1 => (0..4_u8).prop_map(Verb::PutConnection),
        1 => (0..RECORDS).prop_map(Verb::Hasten),
    ]
}

/// What is remembered of the answers, to make the next verbs sensible.
#[derive(Debug, Default)]
struct Memory {
    now: i64,
    operations: Vec<OperationId>,
    ready: Vec<OperationId>,
    attempts: Vec<AttemptId>,
    epoch: u64,
}

impl Memory {
    fn time(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(self.now)
    }

    fn any(&self, choice: usize) -> OperationId {
        choose(&self.operations, choice).unwrap_or(OperationId(1))
    }
}

fn choose<T: Copy>(from: &[T], choice: usize) -> Option<T> {
    (!from.is_empty()).then(|| from[choice % from.len()])
}

fn connection() -> ConnectionId {
    ConnectionId::from("workshop")
}

fn record(number: u8) -> RecordKey {
    let kinds =
        [RecordKind::Customer, RecordKind::Invoice, RecordKind::Invoice, RecordKind::Payment, RecordKind::Product];
    RecordKey::new(kinds[usize::from(number % RECORDS)], format!("{number}"))
}

fn question(number: u8) -> Parked {
    let codes = [Code::Invalid, Code::Unresolved, Code::SeveralFound, Code::Refused];
    Parked::new(codes[usize::from(number) % codes.len()], "a question")
}

fn link(to: u8, remote: u8, memory: &Memory) -> Link {
    Link {
        key: record(to),
        remote: RemoteId::from(format!("r-{remote}")),
        number: None,
        version: None,
        revision: None,
        fingerprint: None,
        status: RemoteStatus::Open,
        party: None,
        totals: None,
        settled: None,
        seen_at: memory.time(),
        origin: LinkOrigin::Written,
        url: None,
        settled_since: None,
        suppressed: false,
        merged_into: None,
    }
}

fn operation(push: &Push) -> NewOperation {
    let start = match push.start {
        0 => Start::Held,
        1 => Start::Skipped("no".to_owned()),
        2 => Start::Parked(question(push.content)),
        3 => Start::Parked(question(0).until_linked(record(push.content))),
        _ => Start::Queued,
    };
    NewOperation {
        key: record(push.record),
        name: format!("name {}", push.content),
        goal: if push.voided { Goal::Voided } else { Goal::Present },
        revision: push.revision.map(Revision),
        record: "{}".to_owned(),
        fingerprint: format!("print {}", push.content),
        needs: push.needs.iter().map(|need| record(*need)).collect(),
        parent: Some(record(0)),
        net: Some(Decimal::new(i64::from(push.content), 2)),
        start,
        expects: None,
    }
}

fn step(fate: Fate, own: &RecordKey, memory: &Memory) -> (Step, Vec<Link>) {
    let step = match fate {
        Fate::Created(remote) => {
            let links = remote.map(|remote| Link { key: own.clone(), ..link(0, remote, memory) });
            return (Step::Done(Outcome::Created), links.into_iter().collect());
        }
        Fate::Voided => Step::Done(Outcome::Voided),
        Fate::Park(number) => Step::Park(question(number)),
        Fate::ParkUntil(number) => Step::Park(question(0).until_linked(record(number))),
        Fate::Retry(seconds) => Step::Retry {
            not_before: memory.time() + TimeDelta::seconds(seconds),
            error: "down".to_owned(),
            failure: FAILURES[usize::try_from(seconds).unwrap_or_default() % FAILURES.len()],
        },
        Fate::Next => Step::NextGeneration { error: "not there".to_owned() },
        Fate::Doubt => Step::InDoubt { error: "no answer".to_owned() },
    };
    (step, Vec::new())
}

fn state(number: u8, memory: &Memory) -> ConnectionState {
    match number {
        0 => ConnectionState::Paused { until: memory.time() + TimeDelta::seconds(3), reason: "limit".to_owned() },
        1 => ConnectionState::NeedsReconnect { since: memory.time(), reason: "revoked".to_owned() },
        _ => ConnectionState::Connected,
    }
}

/// Runs one verb and writes down what it answered.
async fn run(store: &dyn SyncStore, verb: &Verb, memory: &Memory) -> String {
    let (id, now) = (connection(), memory.time());
    match verb {
        Verb::Enqueue(pushes) => said(store.enqueue(&id, pushes.iter().map(operation).collect(), now).await),
        Verb::Claim { worker, limit } => {
            let until = now + TimeDelta::seconds(8);
            let worker = WorkerId::from(format!("{worker}"));
            said(store.claim(ClaimRequest { connection: id, worker, now, until, limit: *limit }).await)
        }
        Verb::Release { stale } => {
            said(store.release(&id, Epoch(memory.epoch.saturating_sub(u64::from(*stale)))).await)
        }
        Verb::Begin { members } => {
            let members: Vec<AttemptMember> = members
                .iter()
                .map(|choice| choose(&memory.ready, *choice).unwrap_or_else(|| memory.any(*choice)))
                .map(|operation| AttemptMember { operation, planned: "{}".to_owned() })
                .collect();
            let request = EncodedWrite {
                kind: RecordKind::Invoice,
                intent: Intent::Create,
                key: String::new(),
                members: members.len(),
                target: String::new(),
                body: String::new(),
            };
            said(store.begin(&id, Epoch(memory.epoch), members, request, now).await)
        }
        Verb::Settle { attempt, steps, state: new } => {
            let mut settlements = Vec::new();
            for (choice, fate) in steps {
                let operation = memory.any(*choice);
                let query = OperationQuery::default();
                let listed = store.operations(&id, query).await.unwrap_or_default();
                let key = listed.into_iter().find(|row| row.id == operation).map_or_else(|| record(0), |row| row.key);
                let (step, links) = step(*fate, &key, memory);
                let reopens = (choice % 3 == 0).then(|| record(u8::try_from(choice % 5).unwrap_or_default()));
                settlements.push(Settlement { operation, step, links, reopens });
            }
            let settle = Settle {
                connection: id,
                epoch: Epoch(memory.epoch),
                now,
                attempt: attempt.and_then(|choice| choose(&memory.attempts, choice)),
                attempt_due: now + TimeDelta::seconds(4),
                settlements,
                connection_state: new.map(|number| state(number, memory)),
            };
            // Which of several reasons is named first is the store's own affair.
            match store.settle(settle).await {
                Err(StoreError::Refused(_)) => "refused".to_owned(),
                answer => said(answer),
            }
        }
        Verb::Decide { operation, decision, remote } => {
            let operation = memory.any(*operation);
            let listed = store.operations(&id, OperationQuery::default()).await.unwrap_or_default();
            let key = listed.into_iter().find(|row| row.id == operation).map_or_else(|| record(0), |row| row.key);
            let adopted = Link { key, ..link(0, *remote, memory) };
            let (decision, link) = match decision {
                0 => (Decision::Retry, None),
                1 => (Decision::Adopt { remote: adopted.remote.clone() }, Some(adopted)),
                2 => (Decision::MarkDone, None),
                4 => (Decision::Skip, None),
                5 => (Decision::DoNotSend, None),
                _ => (Decision::Drop, None),
            };
            let decision = RecordedDecision { decision, by: "Ann".to_owned(), at: now, about: None };
            said(store.decide(&id, operation, decision, link).await)
        }
        Verb::PutLink { record, remote, promoted } => {
            let origin = if *promoted { LinkOrigin::Promoted } else { LinkOrigin::ByHand };
            let link = Link { origin, ..link(*record, *remote, memory) };
            // Which of two promoted owners is named is the store's own affair.
            said(store.put_link(&id, link, now).await)
        }
        Verb::RemoveLink { record: number } => said(store.remove_link(&id, &record(*number), "Ann", now).await),
        Verb::Absorb { record, remote } => {
            let links = vec![link(*record, *remote, memory)];
            let cursor = Some(Cursor::from(format!("{}", memory.now)));
            let raises = vec![memory.any(usize::from(*remote)), memory.any(usize::from(*record))];
            said(store.absorb(Absorb { connection: id, feed: ChangeFeed::Invoices, links, raises, cursor }).await)
        }
        Verb::Hasten(number) => {
            let own = record(*number);
            let scopes = [Scope::All, Scope::Kind(own.kind), Scope::Record(own.clone())];
            said(store.hasten(&id, &scopes[usize::from(*number) % scopes.len()], now).await)
        }
        Verb::PutConnection(number) => {
            let state = state(*number, memory);
            said(store.put_connection(Connection { id, organisation: None, state }).await)
        }
    }
}

fn said(answer: impl std::fmt::Debug) -> String {
    format!("{answer:?}")
}

/// Everything that can be seen of a store.
async fn seen(store: &dyn SyncStore) -> String {
    let id = connection();
    let keys: Vec<RecordKey> = (0..RECORDS).map(record).collect();
    let remotes: Vec<RemoteId> = (0..6).map(|remote| RemoteId::from(format!("r-{remote}"))).collect();
    format!(
        "{:#?}",
        (
            store.operations(&id, OperationQuery::default()).await,
            store.counts(&id).await,
            store.newest_of(&id, &keys).await,
            store.progress(&id, &record(0)).await,
            store.namesakes(&id, &[(record(1), "name 1".to_owned()), (record(0), "name 0".to_owned())], 9).await,
            store.links(&id, &keys).await,
            store.links_to(&id, &remotes).await,
            store.connection(&id).await,
            store.cursor(&id, ChangeFeed::Invoices).await,
        )
    )
}

/// Learns from what the reference store holds.
async fn learn(memory: &mut Memory, store: &MemoryStore, verb: &Verb) {
    let listed = store.operations(&connection(), OperationQuery::default()).await.unwrap_or_default();
    memory.operations = listed.iter().map(|operation| operation.id).collect();
    if let Verb::Claim { worker, .. } = verb {
        // A fork is asked, so that asking changes nothing.
        let now = memory.time();
        let worker = WorkerId::from(format!("{worker}"));
        let request = ClaimRequest { connection: connection(), worker, now, until: now, limit: 10 };
        if let Ok(Claim::Work(work)) = store.fork().claim(request).await {
            memory.epoch = work.epoch.0;
            memory.ready = work.operations.iter().map(|operation| operation.id).collect();
            memory.attempts = work.attempts.iter().map(|(attempt, _)| attempt.id).collect();
        }
    }
    if let Verb::Begin { .. } = verb {
        let sending = listed.iter().filter_map(|operation| match operation.state {
            factory_accounting_core::store::OperationState::Sending { attempt } => Some(attempt),
            _ => None,
        });
        memory.attempts = sending.collect();
        memory.attempts.dedup();
    }
}

fn tokio() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_verbs_has_the_same_results_on_every_store(verbs in prop::collection::vec((verb(), 0..4_i64), 1..60)) {
        tokio().block_on(async {
            let reference = MemoryStore::new();
            let other: Arc<dyn SyncStore> = Arc::new(SqliteStore::in_memory().expect("a store in memory"));
            let mut memory = Memory::default();
            let connect = Verb::PutConnection(2);
            for (verb, seconds) in std::iter::once(&(connect, 0)).chain(&verbs) {
                memory.now += seconds;
                let expected = run(&reference, verb, &memory).await;
                let answered = run(&*other, verb, &memory).await;
                prop_assert_eq!(&expected, &answered, "answers to {:?}", verb);
                prop_assert_eq!(seen(&reference).await, seen(&*other).await, "after {:?}", verb);
                learn(&mut memory, &reference, verb).await;
            }
            Ok(())
        })?;
    }
}
