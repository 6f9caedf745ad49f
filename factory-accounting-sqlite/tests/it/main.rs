//! What the store suite cannot see from outside: the file, the host's transaction, sealed tokens, numbers by the million.

mod crash;
mod file;
mod host;
mod numbers;
mod picker;
mod sealed;

use chrono::{DateTime, TimeDelta, Utc};
use factory_accounting_core::ids::{ConnectionId, Revision, WorkerId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::store::{
    Claim, ClaimRequest, Connection, ConnectionState, Goal, NewOperation, Operation, OperationQuery, Start, SyncStore,
};
use factory_accounting_sqlite::SqliteStore;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

fn workshop() -> ConnectionId {
    ConnectionId::from("workshop")
}

fn invoice(id: &str) -> NewOperation {
    NewOperation {
        key: RecordKey::new(RecordKind::Invoice, id),
        name: format!("INV-{id}"),
        goal: Goal::Present,
        revision: Some(Revision(1)),
        record: format!(r#"{{"id":"{id}","text":"{}"}}"#, "x".repeat(1_000)),
        fingerprint: id.to_owned(),
        needs: Vec::new(),
        parent: None,
        net: None,
        start: Start::Queued,
        expects: None,
    }
}

async fn connect(store: &SqliteStore) {
    let connection = Connection { id: workshop(), organisation: None, state: ConnectionState::Connected };
    store.put_connection(connection).await.expect("the connection is stored");
}

async fn all(store: &SqliteStore) -> Vec<Operation> {
    let query = OperationQuery { limit: 1_000_000, ..OperationQuery::default() };
    store.operations(&workshop(), query).await.expect("operations are listed")
}

async fn claimed(store: &SqliteStore) -> Vec<Operation> {
    let request =
        ClaimRequest { connection: workshop(), worker: WorkerId::from("A"), now: at(1), until: at(60), limit: 50 };
    match store.claim(request).await.expect("the claim is answered") {
        Claim::Work(work) => work.operations,
        other => panic!("work was expected: {other:?}"),
    }
}
