//! Where records stand, what waits for whom, and what people answer.

use std::time::Duration;

use factory_accounting_core::clock::Clock;
use factory_accounting_core::code::Code;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::provider::{RemoteStatus, Settled};
use factory_accounting_core::rules::{Answer, Fix};
use factory_accounting_core::store::{Decision, Link, OperationState, Outcome, Scope, SyncStore};
use factory_accounting_engine::{EngineError, NextRun, QueueFilter, QueueQuery, RecordStatus};
use rust_decimal::Decimal;

use crate::scripted::Act;
use crate::world::{World, connection, invoice, key, record};

fn down() -> Act {
    Act::Refuse(ProviderError::new(ErrorKind::Unavailable, "down for maintenance"))
}

async fn names(world: &World, query: QueueQuery) -> Vec<String> {
    let page = world.engine.queue(&query).await.expect("the queue");
    page.rows.into_iter().map(|row| row.name).collect()
}

#[tokio::test(flavor = "current_thread")]
async fn l27_the_queue_lists_what_is_to_be_sent_and_what_needs_attention() {
    let world = World::new().await;
    world.push(&invoice("i1", "100").replace("\"c1\"", "\"c9\"")).await;
    world.settle().await;
    world.pass(60);
    world.push(&invoice("i2", "100")).await;
    world.push(r#"{"kind":"customer","id":"c2","name":"Bell"}"#).await;
    let all = world.engine.queue(&QueueQuery::default()).await.expect("the queue");
    assert_eq!(all.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["INV-i1", "INV-i2", "Bell"]);
    let asked = &all.rows[0];
    assert_eq!((asked.code, asked.remedy), (Some(Code::NotLinked), Some(Code::NotLinked.remedy())));
    assert!(asked.message.contains("c9") && !asked.message.contains('\n'), "{}", asked.message);
    // L18: what the "Fix" button opens.
    assert_eq!(asked.fix, Some(Fix::Link { record: key(RecordKind::Customer, "c9") }));
    assert!(asked.answers.contains(&Answer::Skip) && !asked.answers.contains(&Answer::Distinguish));
    assert!(asked.since < all.rows[1].since);
    let only = |what| QueueQuery { what, ..QueueQuery::default() };
    assert_eq!(names(&world, only(QueueFilter::NeedsAttention)).await, ["INV-i1"]);
    assert_eq!(names(&world, only(QueueFilter::ToBeSent)).await, ["INV-i2", "Bell"]);
    assert_eq!(names(&world, QueueQuery { kind: Some(RecordKind::Customer), ..QueueQuery::default() }).await, ["Bell"]);
    let party = Some(key(RecordKind::Customer, "c9"));
    assert_eq!(names(&world, QueueQuery { party, ..QueueQuery::default() }).await, ["INV-i1"]);
    assert_eq!(names(&world, QueueQuery { text: Some("fa-101".into()), ..QueueQuery::default() }).await, ["INV-i1"]);
    assert_eq!(names(&world, QueueQuery { text: Some("bELL".into()), ..QueueQuery::default() }).await, ["Bell"]);
    let old = Some(asked.since);
    assert_eq!(names(&world, QueueQuery { arrived_by: old, ..QueueQuery::default() }).await, ["INV-i1"]);
    let first = world.engine.queue(&QueueQuery { limit: 2, ..QueueQuery::default() }).await.expect("a page");
    let rest = QueueQuery { after: first.next, limit: 2, ..QueueQuery::default() };
    assert_eq!(names(&world, rest).await, ["Bell"]);
    // F109: how far the books lag is measured, not promised.
    let summary = world.engine.queue_summary().await.expect("a summary");
    assert_eq!((summary.to_be_sent, summary.needs_attention), (2, 1));
    assert_eq!(summary.waiting_since, Some(all.rows[1].since));
}

#[tokio::test(flavor = "current_thread")]
async fn f111_a_question_carries_the_link_to_its_page() {
    let mut config = factory_accounting_engine::EngineConfig::default();
    config.help = Some("https://docs.example/errors/".to_owned());
    let world = World::configured(config).await;
    world.push(&invoice("i1", "100").replace("\"c1\"", "\"c9\"")).await;
    world.settle().await;
    let page = world.engine.queue(&QueueQuery::default()).await.expect("the queue");
    assert_eq!(page.rows[0].help.as_deref(), Some("https://docs.example/errors/FA-101"));
}

#[tokio::test(flavor = "current_thread")]
async fn l11_f82_r39_statuses_of_many_records_tell_number_lock_and_what_is_open() {
    let world = World::new().await;
    for id in ["i1", "i2"] {
        world.push(&invoice(id, "100")).await;
    }
    world.settle().await;
    world.provider.behind_our_back(|record| {
        if record.number.as_deref() == Some("INV-i2") {
            record.settled = Some(Settled { paid: Decimal::from(50), ..Settled::default() });
        }
    });
    let paid = key(RecordKind::Invoice, "i2");
    world.engine.edit_lock(&paid, factory_accounting_engine::Freshness::Now).await.expect("looked");
    world.push(&invoice("i3", "100").replace("\"c1\"", "\"c9\"")).await;
    world.settle().await;
    world.push(&invoice("i4", "100")).await;
    let keys: Vec<_> = ["i1", "i2", "i3", "i4", "i5"].map(|id| key(RecordKind::Invoice, id)).into();
    let statuses = world.engine.statuses(&keys).await.expect("statuses");
    assert_eq!(
        (statuses[0].is_sent(), statuses[0].number(), statuses[0].to_string()),
        (true, Some("INV-i1"), "sent as INV-i1".to_owned())
    );
    let RecordStatus::Locked { lock, .. } = &statuses[1] else { panic!("{:?}", statuses[1]) };
    assert!(lock.since.is_some() && statuses[1].is_sent() && statuses[1].number() == Some("INV-i2"));
    let told = statuses[1].to_string();
    assert!(
        told.contains("50") && told.contains("notes, references, the due date and texts may still change"),
        "{told}"
    );
    assert!(matches!(statuses[2], RecordStatus::NeedsAttention { .. }), "{:?}", statuses[2]);
    assert!(matches!(statuses[3], RecordStatus::Queued { runs: NextRun::Now, .. }), "{:?}", statuses[3]);
    assert_eq!((&statuses[4], statuses[4].is_sent()), (&RecordStatus::NotSent, false));
    for (key, status) in keys.iter().zip(&statuses) {
        assert_eq!(world.engine.status(key).await.expect("a status"), *status);
        assert!(!status.to_string().contains('\n'));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn r7_a_lost_answer_is_a_state_of_its_own() {
    let world = World::new().await;
    world.push(&invoice("i1", "100")).await;
    world.provider.next_writes([down(), Act::LoseAnswer]);
    world.round().await;
    let own = key(RecordKind::Invoice, "i1");
    let queued = world.engine.status(&own).await.expect("a status");
    assert!(
        matches!(&queued, RecordStatus::Queued { last_error: Some(error), .. } if error.contains("maintenance")),
        "{queued:?}"
    );
    world.pass(5);
    world.round().await;
    let doubt = world.engine.status(&own).await.expect("a status");
    assert!(matches!(&doubt, RecordStatus::InDoubt { error, .. } if error.contains("lost")), "{doubt:?}");
    world.settle().await;
    assert!(world.engine.status(&own).await.expect("a status").is_sent());
}

#[tokio::test(flavor = "current_thread")]
async fn r30_f110_sending_again_keeps_the_packages_limits_and_says_when_it_runs() {
    let world = World::new().await;
    let throttled =
        ProviderError::new(ErrorKind::Throttled, "too many calls").with_retry_after(Duration::from_secs(300));
    world.push(&invoice("i1", "100")).await;
    world.provider.next_writes([Act::Refuse(throttled)]);
    world.round().await;
    let own = key(RecordKind::Invoice, "i1");
    let runs = world.engine.resend(&own, "Ann").await.expect("asked for");
    let NextRun::At(at) = runs else { panic!("{runs:?}") };
    let before = world.provider.calls().len();
    let synced = world.engine.sync_now(&Scope::All).await.expect("run");
    assert_eq!((world.provider.calls().len(), synced.open, synced.next), (before, 1, Some(at)));
    world.pass(301);
    world.settle().await;
    // What waits after a failure of its own is tried at once, the rest of the queue is left as it is.
    world.push(&invoice("i2", "100")).await;
    world.provider.next_writes([down()]);
    world.round().await;
    let waiting = world.engine.status(&key(RecordKind::Invoice, "i2")).await.expect("a status");
    assert!(matches!(waiting, RecordStatus::Queued { .. }), "{waiting:?}");
    let state = world.engine.connection_state().await.expect("a state");
    let runs = world.engine.resend(&key(RecordKind::Invoice, "i2"), "Ann").await.expect("asked for");
    let rests = matches!(state, Some(factory_accounting_core::store::ConnectionState::Paused { .. }));
    assert_eq!(matches!(runs, NextRun::Now), !rests);
}

/// An edit of a paid invoice, skipped (R31).
async fn skipped(world: &World) -> factory_accounting_core::model::RecordKey {
    world.push(&invoice("i1", "100")).await;
    world.settle().await;
    world.provider.behind_our_back(|record| {
        if record.kind == RecordKind::Invoice {
            record.settled = Some(Settled { paid: Decimal::from(50), ..Settled::default() });
        }
    });
    world.push(&invoice("i1", "120")).await;
    world.settle().await;
    let own = key(RecordKind::Invoice, "i1");
    assert_eq!(world.question(&own).await.code, Code::Locked);
    world.engine.decide(world.newest(&own).await.id, Decision::Skip, "Ann").await.expect("skipped");
    own
}

#[tokio::test(flavor = "current_thread")]
async fn r31_a_skip_is_recorded_and_comes_back_when_the_record_changes() {
    let world = World::new().await;
    let own = skipped(&world).await;
    let status = world.engine.status(&own).await.expect("a status");
    assert!(
        matches!(&status, RecordStatus::Skipped { reason, link: Some(_) } if reason.contains("Ann") && reason.contains("FA-201")),
        "{status:?}"
    );
    assert_eq!(world.newest(&own).await.decisions[0].by, "Ann");
    // The same state is not asked about again, however often it comes.
    assert!(!world.push(&invoice("i1", "120")).await.new);
    world.settle().await;
    assert_eq!(world.codes().await, []);
    // Another one is.
    world.push(&invoice("i1", "130")).await;
    world.settle().await;
    assert_eq!(world.codes().await, [Code::Locked]);
    // One that the books show already is not.
    world.push(&invoice("i1", "100")).await;
    world.settle().await;
    assert_eq!(world.codes().await, []);
}

#[tokio::test(flavor = "current_thread")]
async fn r31_a_skip_comes_back_when_the_books_change_and_still_differ() {
    for (makes_equal, codes) in [(false, vec![Code::Locked]), (true, Vec::new())] {
        let world = World::new().await;
        let own = skipped(&world).await;
        world.provider.behind_our_back(|record| {
            if record.kind == RecordKind::Invoice {
                record.settled = Some(Settled { paid: Decimal::from(80), ..Settled::default() });
                if makes_equal {
                    let price = Decimal::from(120);
                    record
                        .lines
                        .iter_mut()
                        .flatten()
                        .filter(|line| line.unit_price.is_some())
                        .for_each(|line| (line.unit_price, line.amount) = (Some(price), Some(price)));
                }
            }
        });
        world.provider.tell_changes();
        world.engine.read_changes().await.expect("changes");
        assert_eq!(world.codes().await, codes);
        let asks = matches!(world.newest(&own).await.state, OperationState::Parked { .. });
        assert_eq!(asks, !makes_equal);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn r32_l16_what_is_not_to_be_sent_stays_with_its_reason_and_a_party_takes_its_documents_along() {
    let world = World::new().await;
    let unmapped = invoice("i1", "100").replace("\"quantity\"", "\"tax\":\"ODD\",\"quantity\"");
    world.push(&unmapped).await;
    world.settle().await;
    let own = key(RecordKind::Invoice, "i1");
    let row = world.engine.queue(&QueueQuery::default()).await.expect("the queue").rows.remove(0);
    assert_eq!(row.message.matches("ODD").count(), 1, "what the reason tells is not told twice: {}", row.message);
    assert!(row.message.contains("lines[0].tax"), "the line is named: {}", row.message);
    let marked = world.engine.do_not_send(&own, "Ann").await.expect("marked");
    assert!(matches!(&marked, Record::Invoice(invoice) if invoice.do_not_send));
    assert_eq!(world.codes().await, []);
    assert!(matches!(world.engine.status(&own).await.expect("a status"), RecordStatus::Skipped { .. }));
    assert_eq!(world.history(&own).await[0].decisions[0].decision, Decision::DoNotSend);

    world.push(r#"{"kind":"customer","id":"c2","name":"Bell","create_in_package":false}"#).await;
    world.push(&invoice("i2", "100").replace("\"c1\"", "\"c2\"")).await;
    world.settle().await;
    assert_eq!(world.codes().await, [Code::NotLinked]);
    world.engine.do_not_send(&key(RecordKind::Customer, "c2"), "Ann").await.expect("marked");
    world.settle().await;
    assert_eq!((world.codes().await, world.live(RecordKind::Invoice)), (Vec::new(), 0));
    let status = world.engine.status(&key(RecordKind::Invoice, "i2")).await.expect("a status");
    assert!(matches!(&status, RecordStatus::Skipped { reason, .. } if reason.contains("do not send")), "{status:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn l16_a_party_that_is_gone_there_takes_its_documents_along_without_a_call() {
    let world = World::new().await;
    let party = key(RecordKind::Customer, "c1");
    let link = world.store.links(&connection(), std::slice::from_ref(&party)).await.expect("links").pop().flatten();
    let gone = Link { status: RemoteStatus::Deleted, ..link.expect("linked") };
    world.store.put_link(&connection(), gone, world.clock.now()).await.expect("stored");
    world.provider.forget(RecordKind::Customer);
    world.push(&invoice("i1", "100")).await;
    world.settle().await;
    assert_eq!(world.question(&key(RecordKind::Invoice, "i1")).await.until_linked, Some(party.clone()));
    let calls = world.provider.calls().len();
    world.engine.do_not_send(&party, "Ann").await.expect("marked");
    assert_eq!(world.provider.calls().len(), calls);
    world.settle().await;
    let status = world.engine.status(&key(RecordKind::Invoice, "i1")).await.expect("a status");
    assert!(matches!(&status, RecordStatus::Skipped { .. }), "{status:?}");
    assert_eq!((world.codes().await, world.live(RecordKind::Invoice)), (Vec::new(), 0));
}

#[tokio::test(flavor = "current_thread")]
async fn an_answer_that_a_question_does_not_take_is_refused() {
    let world = World::new().await;
    world.push(&invoice("i1", "100").replace("\"c1\"", "\"c9\"")).await;
    world.settle().await;
    let own = key(RecordKind::Invoice, "i1");
    let id = world.newest(&own).await.id;
    let error = world.engine.decide(id, Decision::Distinguish, "Ann").await.expect_err("refused");
    assert_eq!(error, EngineError::NotAnAnswer { code: Code::NotLinked, answer: Answer::Distinguish });
    assert!(error.to_string().contains("FA-101") && error.to_string().contains("send again"), "{error}");
    assert!(world.newest(&own).await.decisions.is_empty());
    world.engine.decide(id, Decision::Drop, "Ann").await.expect("decided");
    assert_eq!(world.newest(&own).await.state, OperationState::Done { outcome: Outcome::Dropped });
}

#[tokio::test(flavor = "current_thread")]
async fn f105_what_is_pushed_while_the_loop_sleeps_is_sent_at_once() {
    let world = World::new().await;
    // Nobody's clock moves while the loop sleeps: only the push can wake it.
    let asleep = world.asleep();
    let pushing = async {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        asleep.push(record(&invoice("i1", "100"))).await.expect("pushed");
        for _ in 0..200 {
            if world.live(RecordKind::Invoice) > 0 {
                return true;
            }
            tokio::task::yield_now().await;
        }
        false
    };
    let sent = tokio::select! {
        biased;
        sent = pushing => sent,
        ended = asleep.run(Duration::from_secs(3_600), std::future::pending()) => panic!("the loop ended: {ended:?}"),
    };
    assert!(sent, "the push woke nobody");
}
