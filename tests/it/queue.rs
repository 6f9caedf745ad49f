//! The queue over the three packages: what the package said, and what a person can do about it.

use factory_accounting_core::code::Code;
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::rules::{Answer, Fix};
use factory_accounting_core::store::{Decision, Scope};
use factory_accounting_engine::{QueueFilter, QueueQuery, RecordStatus};
use serde_json::json;

use crate::host::{Host, locked};
use crate::make::{customer, document, in_currency, invoice, key};
use crate::world::{Books, everywhere};

fn refused<W: Books>() {
    let host = Host::over(W::fresh());
    host.send(vec![customer("C1", "Hale Joinery")]);
    locked(&host.world).spoil(factory_accounting_core::clock::Clock::now(&host.clock));
    let lines = json!({ "lines": [W::refused_line()] });
    host.send(vec![
        in_currency(W::CURRENCY, &document("invoice", "F-1", "C1", "100", lines)),
        in_currency(W::CURRENCY, &invoice("F-2", "C9", "100")),
        in_currency(W::CURRENCY, &invoice("F-3", "C1", "100")),
    ]);
    let attention = QueueQuery { what: QueueFilter::NeedsAttention, ..QueueQuery::default() };
    let page = host.clock.run(host.engine.queue(&attention)).expect("the queue");
    assert_eq!(page.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["F-1", "F-2"]);
    let [own, unlinked] = page.rows.as_slice() else { panic!("{page:?}") };
    // L27: the package's own words, in one line.
    assert!(own.message.len() > 20 && !own.message.contains('\n'), "{}", own.message);
    assert!(own.code.is_some() && own.remedy.is_some() && own.answers.contains(&Answer::Resend));
    // L18: the button that opens the customer.
    assert_eq!(unlinked.code, Some(Code::NotLinked));
    assert_eq!(unlinked.fix, Some(Fix::Link { record: key(RecordKind::Customer, "C9") }));
    // R31, R32: skipped and marked, both on record, and the queue is empty.
    host.clock.run(host.engine.decide(own.operation, Decision::Skip, "Mere Tane")).expect("skipped");
    host.clock.run(host.engine.do_not_send(&unlinked.record, "Mere Tane")).expect("marked");
    host.work();
    let left = host.clock.run(host.engine.queue(&QueueQuery::default())).expect("the queue");
    assert!(left.rows.is_empty(), "{left:?}");
    for id in ["F-1", "F-2"] {
        assert!(matches!(host.status(RecordKind::Invoice, id), RecordStatus::Skipped { .. }), "{id}");
    }
}

#[test]
fn l18_l27_r31_r32_what_the_package_refuses_waits_with_its_words_and_its_answers() {
    everywhere!(refused);
}

fn by_hand<W: Books>() {
    let host = Host::over(W::fresh());
    host.push_all(vec![customer("C1", "Hale Joinery"), in_currency(W::CURRENCY, &invoice("F-1", "C1", "100"))]);
    let waiting = host.clock.run(host.engine.queue_summary()).expect("a summary");
    assert_eq!((waiting.to_be_sent, waiting.needs_attention), (2, 0));
    assert_eq!(waiting.waiting_since, Some(factory_accounting_core::clock::Clock::now(&host.clock)));
    let status = host.status(RecordKind::Invoice, "F-1");
    assert!(status.to_string().contains("after customer C1"), "{status}");
    let synced = host.clock.run(host.engine.sync_now(&Scope::Record(key(RecordKind::Invoice, "F-1")))).expect("run");
    assert_eq!((synced.open, synced.report.created), (0, 2));
    assert!(host.status(RecordKind::Invoice, "F-1").is_sent());
    let idle = host.clock.run(host.engine.sync_now(&Scope::All)).expect("run");
    assert_eq!((idle.open, idle.report.created), (0, 0));
}

#[test]
fn f108_f109_f110_what_waits_is_visible_since_when_and_is_sent_by_hand() {
    everywhere!(by_hand);
}
