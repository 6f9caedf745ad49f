//! What can be asked about the outbox.

use std::sync::Arc;

use factory_accounting_core::code::Code;
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::store::{
    Decision, Goal, NewOperation, OperationQuery, Outcome, Scope, Start, StateFilter, Step, SyncStore,
};
use rust_decimal::Decimal;

use super::bench::{Bench, at, customer, customer_key, invoice, invoice_key, key, needing, parked, retry, starting};

/// Operations are listed in order of arrival, by record, by states and page by page.
pub async fn operations_are_listed_by_record_state_and_page(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench
        .enqueue_all(vec![
            invoice("1", 1),
            starting(customer("1", 1), Start::Held),
            starting(invoice("2", 1), Start::Parked(parked(Code::Invalid))),
            invoice("1", 2),
            starting(invoice("3", 1), Start::Skipped("no".to_owned())),
            invoice("4", 1),
        ])
        .await;
    bench.send(&ids[5..], 1).await;
    let list = async |query: OperationQuery| -> Vec<usize> {
        let found = bench.store.operations(&bench.connection, query).await.expect("listed");
        found.iter().filter_map(|found| ids.iter().position(|id| *id == found.id)).collect()
    };
    let all = OperationQuery::default();
    let states = |states: &[StateFilter]| OperationQuery { states: states.to_vec(), ..OperationQuery::default() };
    assert_eq!(list(all.clone()).await, [0, 1, 2, 3, 4, 5]);
    assert_eq!(list(OperationQuery { key: Some(invoice_key("1")), ..all.clone() }).await, [0, 3]);
    assert_eq!(list(states(&[StateFilter::Queued])).await, [3]);
    assert_eq!(list(states(&[StateFilter::Parked, StateFilter::Held])).await, [1, 2]);
    assert_eq!(list(states(&[StateFilter::Sending])).await, [5]);
    let open = states(&[StateFilter::Queued, StateFilter::Held, StateFilter::Sending, StateFilter::Parked]);
    assert_eq!(list(open.clone()).await, [1, 2, 3, 5]);
    assert_eq!(list(OperationQuery { newest_first: true, limit: 2, ..open.clone() }).await, [5, 3]);
    assert_eq!(list(OperationQuery { after: Some(ids[1]), limit: 2, ..open.clone() }).await, [2, 3]);
    assert_eq!(list(OperationQuery { kind: Some(RecordKind::Invoice), ..open }).await, [2, 3, 5]);
    assert_eq!(list(states(&[StateFilter::Done])).await, [0, 4]);
    assert_eq!(list(states(&[StateFilter::Done, StateFilter::Parked])).await, [0, 2, 4]);
    assert_eq!(list(states(&[StateFilter::Done, StateFilter::Sending])).await, [0, 4, 5]);
    let one = OperationQuery { key: Some(invoice_key("1")), ..states(&[StateFilter::Done]) };
    assert_eq!(list(one).await, [0]);
    assert_eq!(list(OperationQuery { limit: 2, ..all.clone() }).await, [0, 1]);
    assert_eq!(list(OperationQuery { after: Some(ids[3]), ..all }).await, [4, 5]);
}

/// Operations are listed by kind, by age and by the record whose link they wait for, and the newest first where asked.
pub async fn operations_are_listed_by_kind_age_and_need(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let sleeping = parked(Code::NotLinked).until_linked(customer_key("C"));
    let mut ids = bench
        .enqueue_all(vec![
            invoice("1", 1),
            customer("1", 1),
            starting(invoice("2", 1), Start::Parked(sleeping)),
            starting(invoice("3", 1), Start::Skipped("no".to_owned())),
        ])
        .await;
    let later = bench.store.enqueue(&bench.connection, vec![invoice("4", 1)], at(60)).await.expect("taken");
    ids.push(later[0].operation);
    let list = async |query: OperationQuery| -> Vec<usize> {
        let found = bench.store.operations(&bench.connection, query).await.expect("listed");
        found.iter().filter_map(|found| ids.iter().position(|id| *id == found.id)).collect()
    };
    let all = OperationQuery::default;
    assert_eq!(list(OperationQuery { kind: Some(RecordKind::Customer), ..all() }).await, [1]);
    assert_eq!(list(OperationQuery { arrived_by: Some(at(59)), ..all() }).await, [0, 1, 2, 3]);
    assert_eq!(list(OperationQuery { arrived_by: Some(at(60)), ..all() }).await, [0, 1, 2, 3, 4]);
    assert_eq!(list(OperationQuery { until_linked: Some(customer_key("C")), ..all() }).await, [2]);
    assert_eq!(list(OperationQuery { until_linked: Some(customer_key("D")), ..all() }).await, [0; 0]);
    let newest = OperationQuery { newest_first: true, kind: Some(RecordKind::Invoice), limit: 2, ..all() };
    assert_eq!(list(newest.clone()).await, [4, 3]);
    assert_eq!(list(OperationQuery { after: Some(ids[3]), ..newest }).await, [2, 0]);
}

/// The newest operations of many records are told in one question, in the order asked.
pub async fn newest_operations_are_told_in_the_order_asked(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    bench.enqueue_all(vec![invoice("1", 1), invoice("1", 2), customer("1", 1)]).await;
    let keys = [customer_key("1"), invoice_key("9"), invoice_key("1"), customer_key("1")];
    let told = bench.store.newest_of(&bench.connection, &keys).await.expect("told");
    for (key, told) in keys.iter().zip(&told) {
        assert_eq!(*told, bench.store.newest(&bench.connection, key).await.expect("told"));
    }
    assert_eq!(told.iter().flatten().count(), 3);
}

/// What waits for its time is due at once when a person wants it so, within what they named; what waits for another
/// operation goes on waiting (F110).
pub async fn f110_what_waits_for_its_time_is_hastened(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1), customer("1", 1)]).await;
    let dependent = bench.enqueue(needing(invoice("3", 1), &[invoice_key("1")])).await;
    let (epoch, attempt) = bench.send(&ids, 1).await;
    let steps = ids.iter().map(|id| (*id, retry(500))).collect();
    bench.store.settle(bench.settling(epoch, Some(attempt.id), 2, steps)).await.expect("settled");
    assert!(bench.ready(10).await.is_empty());
    let hasten = async |scope: Scope| bench.store.hasten(&bench.connection, &scope, at(10)).await.expect("hastened");
    assert_eq!(hasten(Scope::Record(invoice_key("2"))).await, 1);
    assert_eq!(bench.ready(10).await, [ids[1]]);
    let hastened = bench.operation(ids[1]).await;
    assert_eq!((hastened.not_before, hastened.failures), (at(10), 1));
    assert_eq!(hasten(Scope::Kind(RecordKind::Customer)).await, 1);
    assert_eq!(bench.ready(10).await, [ids[1], ids[2]]);
    assert_eq!((hasten(Scope::All).await, hasten(Scope::All).await), (1, 0));
    assert_eq!(bench.ready(10).await, ids);
    assert_eq!(bench.operation(dependent).await.waits_for, [invoice_key("1")]);
}

/// The newest operation of a record is told whatever became of it, and read whole.
pub async fn the_newest_operation_of_a_record_is_told(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let newest = async |id: &str| bench.store.newest(&bench.connection, &invoice_key(id)).await.expect("told");
    assert_eq!(newest("1").await, None);
    let first = bench.enqueue(invoice("1", 1)).await;
    bench.enqueue(invoice("2", 1)).await;
    bench.send(&[first], 1).await;
    let second = bench.enqueue(starting(invoice("1", 7), Start::Skipped("no".to_owned()))).await;
    assert_eq!(newest("1").await, Some(bench.operation(second).await));
    // It may come again under its revision.
    let again = bench.enqueue(needing(invoice("1", 7), &[invoice_key("2")])).await;
    let read = newest("1").await.expect("there");
    assert_eq!((read.id, &read.waits_for), (again, &vec![invoice_key("1"), invoice_key("2")]));
    assert_eq!(read, bench.operation(again).await);
    assert_eq!(bench.store.newest(&"another".into(), &invoice_key("1")).await, Ok(None));
}

/// Counts tell kinds, states and the outcomes of what is done, and leave out what is not there.
pub async fn counts_tell_states_and_outcomes(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    assert!(bench.store.counts(&bench.connection).await.expect("counted").is_empty());
    let ids = bench.enqueue_all(vec![invoice("1", 1), invoice("2", 1), invoice("3", 1), invoice("3", 2)]).await;
    bench
        .enqueue_all(vec![
            starting(customer("1", 1), Start::Held),
            starting(customer("2", 1), Start::Skipped("no".to_owned())),
            starting(invoice("4", 1), Start::Parked(parked(Code::Invalid))),
        ])
        .await;
    bench.send_and_settle(ids[0], 1, Step::Done(Outcome::Created)).await;
    bench.send(&ids[1..2], 1).await;
    let counts = bench.store.counts(&bench.connection).await.expect("counted");
    let expected = [
        ((RecordKind::Customer, "done.skipped"), 1),
        ((RecordKind::Customer, "held"), 1),
        ((RecordKind::Invoice, "done.created"), 1),
        ((RecordKind::Invoice, "done.superseded"), 1),
        ((RecordKind::Invoice, "parked"), 1),
        ((RecordKind::Invoice, "queued"), 1),
        ((RecordKind::Invoice, "sending"), 1),
    ];
    assert_eq!(counts, expected.into());
}

fn billing(id: &str, revision: u64, order: &RecordKey, net: i64) -> NewOperation {
    NewOperation { parent: Some(order.clone()), net: Some(Decimal::new(net, 2)), ..invoice(id, revision) }
}

/// An order's progress is what its invoices come to as the host wants them: the newest revision of each, without those
/// that were skipped, dropped or voided (R12).
pub async fn r12_progress_counts_what_stands(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let (order, other) = (key(RecordKind::Order, "O-1"), key(RecordKind::Order, "O-2"));
    let ids = bench
        .enqueue_all(vec![
            billing("changed", 1, &order, 10_000),
            billing("changed", 2, &order, 12_050),
            billing("voided", 1, &order, 3_000),
            billing("dropped", 1, &order, 4_000),
            starting(billing("dropped", 2, &order, 4_500), Start::Parked(parked(Code::AboveOrder))),
            starting(billing("skipped", 1, &order, 5_000), Start::Skipped("no".to_owned())),
            billing("moved", 1, &order, 6_000),
            billing("moved", 2, &other, 6_000),
            billing("elsewhere", 1, &other, 7_000),
            starting(billing("asked", 1, &order, 8_000), Start::Parked(parked(Code::AboveOrder))),
            NewOperation { net: None, ..billing("no amount", 1, &order, 0) },
            NewOperation { goal: Goal::Voided, ..billing("voided", 2, &order, 3_000) },
        ])
        .await;
    let read = async |parent: &RecordKey| -> Vec<(String, String)> {
        let progress = bench.store.progress(&bench.connection, parent).await.expect("read");
        progress.into_iter().map(|part| (part.key.id.as_str().to_owned(), part.net.to_string())).collect()
    };
    let part = |id: &str, net: &str| (id.to_owned(), net.to_owned());
    let (asked, changed) = (part("asked", "80.00"), part("changed", "120.50"));
    assert_eq!(read(&order).await, [asked.clone(), changed.clone(), part("dropped", "45.00")]);
    assert_eq!(read(&other).await, [part("elsewhere", "70.00"), part("moved", "60.00")]);
    // What a dropped revision had superseded never went out; what was sent before it stands again.
    bench.decide(ids[4], 1, Decision::Drop).await;
    assert_eq!(read(&order).await, [asked.clone(), changed.clone()]);
    bench.send_and_settle(ids[1], 2, Step::Done(Outcome::Created)).await;
    let raised = starting(billing("changed", 3, &order, 99_900), Start::Parked(parked(Code::AboveOrder)));
    let raised = bench.enqueue(raised).await;
    assert_eq!(read(&order).await, [asked.clone(), part("changed", "999.00")]);
    bench.decide(raised, 3, Decision::Drop).await;
    assert_eq!(read(&order).await, [asked, changed]);
}

/// Another record of the same kind under the same name is found, unless it has another name by now, is voided, or was
/// never to be sent.
pub async fn namesakes_are_found_among_what_stands(store: Arc<dyn SyncStore>) {
    let bench = Bench::new(store).await;
    let named = |operation: NewOperation, name: &str| NewOperation { name: name.to_owned(), ..operation };
    bench
        .enqueue_all(vec![
            named(invoice("1", 1), "INV-1"),
            named(customer("9", 1), "INV-9"),
            named(invoice("renamed", 1), "INV-5"),
            named(invoice("renamed", 2), "INV-6"),
            named(invoice("voided", 1), "INV-7"),
            NewOperation { goal: Goal::Voided, ..named(invoice("voided", 2), "INV-7") },
            starting(named(invoice("skipped", 1), "INV-8"), Start::Skipped("no".to_owned())),
        ])
        .await;
    let ask_all = async |named: &[(&str, &str)], limit: usize| {
        let named: Vec<_> = named.iter().map(|(id, name)| (invoice_key(id), (*name).to_owned())).collect();
        bench.store.namesakes(&bench.connection, &named, limit).await.expect("asked")
    };
    let ask = async |id: &str, name: &str| ask_all(&[(id, name)], 9).await.concat();
    assert_eq!(ask("2", "INV-1").await, [invoice_key("1")]);
    assert_eq!(ask("1", "INV-1").await, []);
    assert_eq!(ask("2", "inv-1").await, []);
    for gone in ["INV-5", "INV-7", "INV-8", "INV-9"] {
        assert_eq!(ask("2", gone).await, [], "{gone}");
    }
    assert_eq!(ask("2", "INV-6").await, [invoice_key("renamed")]);
    bench.enqueue(named(invoice("later", 1), "INV-1")).await;
    assert_eq!(ask("2", "INV-1").await, [invoice_key("later"), invoice_key("1")]);
    assert_eq!(ask("later", "INV-1").await, [invoice_key("1")]);
    let asked = [("2", "INV-1"), ("2", "INV-5"), ("2", "INV-6")];
    assert_eq!(ask_all(&asked, 1).await, [vec![invoice_key("later")], vec![], vec![invoice_key("renamed")]]);
    assert!(ask_all(&[], 9).await.is_empty());
}
