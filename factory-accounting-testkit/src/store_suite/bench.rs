//! A store on the bench: a connected connection, a worker and shorthands for what rules do over and over.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::error::ErrorKind;
use factory_accounting_core::ids::{AttemptId, ConnectionId, Epoch, OperationId, RemoteId, Revision, WorkerId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::provider::{EncodedWrite, Intent, RemoteStatus};
use factory_accounting_core::store::{
    Attempt, AttemptMember, Claim, ClaimRequest, Connection, ConnectionState, Decision, Enqueued, Goal, Link,
    LinkOrigin, NewOperation, Operation, OperationQuery, OperationState, Outcome, RecordedDecision, Settle, Settlement,
    Start, Step, StoreError, SyncStore, Work,
};

/// Seconds after the beginning of the bench's time.
pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

pub(super) fn key(kind: RecordKind, id: &str) -> RecordKey {
    RecordKey::new(kind, id)
}

pub(super) fn invoice_key(id: &str) -> RecordKey {
    key(RecordKind::Invoice, id)
}

pub(super) fn customer_key(id: &str) -> RecordKey {
    key(RecordKind::Customer, id)
}

/// A revision of a record, ready to be sent.
pub(super) fn push(key: RecordKey, revision: u64) -> NewOperation {
    let record = format!(r#"{{"kind":"{}","id":"{}","r":{revision}}}"#, key.kind.as_str(), key.id);
    NewOperation {
        name: format!("{} {}", key.kind.label(), key.id),
        goal: Goal::Present,
        revision: Some(Revision(revision)),
        fingerprint: format!("{}-{revision}", key.id),
        record,
        needs: Vec::new(),
        parent: None,
        net: None,
        start: Start::Queued,
        expects: None,
        key,
    }
}

pub(super) fn invoice(id: &str, revision: u64) -> NewOperation {
    push(invoice_key(id), revision)
}

pub(super) fn customer(id: &str, revision: u64) -> NewOperation {
    push(customer_key(id), revision)
}

pub(super) fn needing(operation: NewOperation, needs: &[RecordKey]) -> NewOperation {
    NewOperation { needs: needs.to_vec(), ..operation }
}

pub(super) fn starting(operation: NewOperation, start: Start) -> NewOperation {
    NewOperation { start, ..operation }
}

pub(super) fn parked(code: Code) -> Parked {
    Parked::new(code, "a reason")
}

pub(super) fn link(key: &RecordKey, remote: &str) -> Link {
    Link {
        key: key.clone(),
        remote: RemoteId::from(remote),
        number: Some(format!("no {}", key.id)),
        version: None,
        revision: Some(Revision(1)),
        fingerprint: Some("print".to_owned()),
        status: RemoteStatus::Open,
        party: Some(RemoteId::from("party")),
        totals: None,
        settled: None,
        seen_at: at(0),
        origin: LinkOrigin::Written,
        url: None,
        settled_since: None,
        suppressed: false,
        merged_into: None,
    }
}

pub(super) fn decided(decision: Decision, now: DateTime<Utc>) -> RecordedDecision {
    RecordedDecision { decision, by: "Ann of accounts".to_owned(), at: now, about: None }
}

pub(super) fn done(outcome: Outcome) -> OperationState {
    OperationState::Done { outcome }
}

pub(super) fn retry(seconds: i64) -> Step {
    Step::Retry { not_before: at(seconds), error: "down".to_owned(), failure: Some(ErrorKind::Unavailable) }
}

pub(super) fn in_doubt() -> Step {
    Step::InDoubt { error: "no answer".to_owned() }
}

pub(super) fn is_refused<T: std::fmt::Debug>(answer: Result<T, StoreError>) {
    assert!(matches!(answer, Err(StoreError::Refused(_))), "refused was expected: {answer:?}");
}

pub(super) fn is_fenced<T: std::fmt::Debug>(answer: Result<T, StoreError>) {
    assert!(matches!(answer, Err(StoreError::Fenced)), "fenced was expected: {answer:?}");
}

#[derive(Debug)]
pub(super) struct Bench {
    pub(super) store: Arc<dyn SyncStore>,
    pub(super) connection: ConnectionId,
}

impl Bench {
    /// Connects a connection.
    pub(super) async fn new(store: Arc<dyn SyncStore>) -> Self {
        Self::on(store, "workshop").await
    }

    pub(super) async fn on(store: Arc<dyn SyncStore>, connection: &str) -> Self {
        let bench = Self { store, connection: ConnectionId::from(connection) };
        bench.put_state(ConnectionState::Connected).await;
        bench
    }

    pub(super) async fn put_state(&self, state: ConnectionState) {
        let connection = Connection { id: self.connection.clone(), organisation: None, state };
        self.store.put_connection(connection).await.expect("the connection is stored");
    }

    pub(super) async fn try_enqueue(&self, operations: Vec<NewOperation>) -> Result<Vec<Enqueued>, StoreError> {
        self.store.enqueue(&self.connection, operations, at(0)).await
    }

    pub(super) async fn enqueue_all(&self, operations: Vec<NewOperation>) -> Vec<OperationId> {
        let enqueued = self.try_enqueue(operations).await.expect("the operations are taken");
        enqueued.into_iter().map(|enqueued| enqueued.operation).collect()
    }

    pub(super) async fn enqueue(&self, operation: NewOperation) -> OperationId {
        self.enqueue_all(vec![operation]).await[0]
    }

    pub(super) async fn claim_as(&self, worker: &str, now: i64, limit: usize) -> Claim {
        let request = ClaimRequest {
            connection: self.connection.clone(),
            worker: WorkerId::from(worker),
            now: at(now),
            until: at(now + 60),
            limit,
        };
        self.store.claim(request).await.expect("the claim is answered")
    }

    /// Work for worker A at a second; there must be some.
    pub(super) async fn work(&self, now: i64) -> Work {
        match self.claim_as("A", now, 100).await {
            Claim::Work(work) => work,
            other => panic!("work was expected: {other:?}"),
        }
    }

    /// Ids of the operations that worker A gets at a second.
    pub(super) async fn ready(&self, now: i64) -> Vec<OperationId> {
        match self.claim_as("A", now, 100).await {
            Claim::Work(work) => work.operations.iter().map(|operation| operation.id).collect(),
            Claim::Idle { .. } => Vec::new(),
            other => panic!("the connection was to be free: {other:?}"),
        }
    }

    pub(super) async fn operation(&self, id: OperationId) -> Operation {
        let query =
            OperationQuery { after: id.0.checked_sub(1).map(OperationId), limit: 1, ..OperationQuery::default() };
        let found = self.store.operations(&self.connection, query).await.expect("operations are listed");
        let operation = found.into_iter().next().expect("the operation is there");
        assert_eq!(operation.id, id);
        operation
    }

    pub(super) async fn state(&self, id: OperationId) -> OperationState {
        self.operation(id).await.state
    }

    pub(super) async fn all(&self) -> Vec<Operation> {
        self.store.operations(&self.connection, OperationQuery::default()).await.expect("operations are listed")
    }

    pub(super) async fn try_begin(&self, epoch: Epoch, ids: &[OperationId], now: i64) -> Result<Attempt, StoreError> {
        let members = ids.iter().map(|id| member(*id)).collect();
        self.store.begin(&self.connection, epoch, members, request(ids.len()), at(now)).await
    }

    /// Claims as worker A and begins.
    pub(super) async fn send(&self, ids: &[OperationId], now: i64) -> (Epoch, Attempt) {
        let epoch = self.work(now).await.epoch;
        (epoch, self.try_begin(epoch, ids, now).await.expect("the attempt begins"))
    }

    pub(super) fn settling(
        &self,
        epoch: Epoch,
        attempt: Option<AttemptId>,
        now: i64,
        steps: Vec<(OperationId, Step)>,
    ) -> Settle {
        let settlements = steps
            .into_iter()
            .map(|(operation, step)| Settlement { operation, step, links: Vec::new(), reopens: None })
            .collect();
        Settle {
            connection: self.connection.clone(),
            epoch,
            now: at(now),
            attempt,
            attempt_due: at(now + 30),
            settlements,
            connection_state: None,
        }
    }

    pub(super) async fn settle(&self, epoch: Epoch, attempt: Option<AttemptId>, now: i64, id: OperationId, step: Step) {
        let settle = self.settling(epoch, attempt, now, vec![(id, step)]);
        self.store.settle(settle).await.expect("the settling is taken");
    }

    /// Sends one operation and settles it.
    pub(super) async fn send_and_settle(&self, id: OperationId, now: i64, step: Step) {
        let (epoch, attempt) = self.send(&[id], now).await;
        self.settle(epoch, Some(attempt.id), now, id, step).await;
    }

    /// Sends one operation and settles it with a link of its record.
    pub(super) async fn create(&self, id: OperationId, now: i64, link: Link) {
        let (epoch, attempt) = self.send(&[id], now).await;
        let mut settle = self.settling(epoch, Some(attempt.id), now, vec![(id, Step::Done(Outcome::Created))]);
        settle.settlements[0].links.push(link);
        self.store.settle(settle).await.expect("the settling is taken");
    }

    /// Parks one operation without sending it.
    pub(super) async fn park(&self, id: OperationId, now: i64, question: Parked) {
        let epoch = self.work(now).await.epoch;
        self.settle(epoch, None, now, id, Step::Park(question)).await;
    }

    pub(super) async fn decide(&self, id: OperationId, now: i64, decision: Decision) {
        let decision = decided(decision, at(now));
        self.store.decide(&self.connection, id, decision, None).await.expect("the decision is taken");
    }

    pub(super) async fn put_link(&self, link: Link, now: i64) -> Result<(), StoreError> {
        self.store.put_link(&self.connection, link, at(now)).await
    }

    pub(super) async fn link_of(&self, key: &RecordKey) -> Option<Link> {
        let found = self.store.links(&self.connection, std::slice::from_ref(key)).await;
        found.expect("links are read").remove(0)
    }
}

pub(super) fn member(operation: OperationId) -> AttemptMember {
    AttemptMember { operation, planned: format!(r#"{{"operation":{operation},"text":"Zoë's \"café\""}}"#) }
}

pub(super) fn request(members: usize) -> EncodedWrite {
    EncodedWrite {
        kind: RecordKind::Invoice,
        intent: Intent::Create,
        key: "key".to_owned(),
        members,
        target: "PUT /invoices".to_owned(),
        body: r#"{"Invoices":["Zoë's \"café\""]}"#.to_owned(),
    }
}
