//! Plans: what sending would do, told before anything is sent, and having exactly that done.

use factory_accounting_core::code::Code;
use factory_accounting_core::error::{ErrorKind, ProviderError};
use factory_accounting_core::model::RecordKind;
use factory_accounting_core::preview::{Basis, Foreseen, LineFate, Moved, SideEffect};
use factory_accounting_core::provider::{RemoteStatus, Settled};
use factory_accounting_core::settings::Settings;
use factory_accounting_core::store::{Decision, OperationState, Outcome};
use factory_accounting_engine::{EngineError, Freshness};
use rust_decimal::Decimal;

use crate::scripted::Act;
use crate::world::{World, credit_note, document, invoice, invoice_of, key, record};

async fn plan(world: &World, json: &str) -> factory_accounting_core::preview::DocumentPlan {
    world.engine.plan(&record(json), Freshness::Stored).await.expect("a plan")
}

fn calls(world: &World) -> usize {
    world.provider.calls().len()
}

#[tokio::test(flavor = "current_thread")]
async fn a_plan_of_a_new_invoice_says_all_of_it_and_sends_nothing() {
    let world = World::new().await;
    let before = calls(&world);
    let plan = plan(&world, &invoice("i1", "100")).await;
    assert_eq!(
        (&plan.verdict, &plan.basis, plan.number.as_deref()),
        (&Foreseen::Create, &Basis::NotInBooks, Some("INV-i1"))
    );
    let money = plan.difference.money.as_ref().expect("money");
    assert_eq!(
        (money.before, money.after.map(|totals| totals.total.normalize().to_string())),
        (None, Some("115".to_owned()))
    );
    let fates: Vec<LineFate> = plan.difference.lines.iter().map(|line| line.fate).collect();
    // The line with the host's own number is one of them.
    assert_eq!(fates, [LineFate::Added, LineFate::Added]);
    assert!(
        plan.difference.fields.iter().any(|field| field.path == "date" && field.after.as_deref() == Some("2026-07-01"))
    );
    assert_eq!(
        (calls(&world), world.engine.status(&key(RecordKind::Invoice, "i1")).await.expect("a status").is_sent()),
        (before, false)
    );
    assert!(world.history(&key(RecordKind::Invoice, "i1")).await.is_empty());
    // What is planned is what is sent.
    let json = serde_json::to_string(&plan).expect("JSON");
    let back: factory_accounting_core::preview::DocumentPlan = serde_json::from_str(&json).expect("a plan");
    assert_eq!((&back, back.digest()), (&plan, plan.digest()));
    world.engine.apply(&back, "Ann").await.expect("applied");
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (1, Vec::new()));
    let expects = world.newest(&key(RecordKind::Invoice, "i1")).await.expects.expect("kept");
    assert!(expects.contains("Ann"), "{expects}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_plan_of_a_change_tells_lines_fields_and_money_before_and_after() {
    for freshness in [Freshness::Stored, Freshness::Now] {
        let world = World::new().await;
        let two = |second: &str, due: &str| {
            invoice("i1", "100").replace("}]}", &format!(r#"}},{{"type":"item","description":"Stool","quantity":"1","unit_price":"{second}"}}],"due":"{due}"}}"#))
        };
        world.push(&two("10", "2026-08-01")).await;
        world.settle().await;
        let before = calls(&world);
        let changed = record(&two("20", "2026-08-31"));
        let plan = world.engine.plan(&changed, freshness).await.expect("a plan");
        assert_eq!(plan.verdict, Foreseen::Update, "{freshness:?}");
        assert_eq!(matches!(plan.basis, Basis::Read { .. }), freshness == Freshness::Now);
        assert_eq!(calls(&world) - before, usize::from(freshness == Freshness::Now));
        let fields: Vec<&str> = plan.difference.fields.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(fields, ["due"]);
        let fates: Vec<LineFate> = plan.difference.lines.iter().map(|line| line.fate).collect();
        assert_eq!(fates, [LineFate::Kept, LineFate::Changed, LineFate::Kept]);
        let price = plan.difference.lines[1].fields.iter().find(|field| field.path == "unit_price").expect("a price");
        assert_eq!((price.before.as_deref(), price.after.as_deref()), (Some("10.00"), Some("20.00")));
        let money = plan.difference.money.clone().expect("money");
        let total = |totals: Option<factory_accounting_core::money::Totals>| {
            totals.expect("totals").total.normalize().to_string()
        };
        assert_eq!((total(money.before), total(money.after)), ("126.5".to_owned(), "138".to_owned()));
        // The same state again is nothing to do.
        let same = world.engine.plan(&record(&two("10", "2026-08-01")), freshness).await.expect("a plan");
        assert!(matches!(same.verdict, Foreseen::Nothing { .. }), "{:?}", same.verdict);
        assert!(!same.difference.any());
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_plan_waits_for_a_customer_that_is_on_its_way_and_plans_on_behind_it() {
    let world = World::new().await;
    world.push(r#"{"kind":"customer","id":"c2","name":"Bell"}"#).await;
    let bell = key(RecordKind::Customer, "c2");
    let plan = plan(&world, &invoice("i1", "100").replace("\"c1\"", "\"c2\"")).await;
    let Foreseen::Wait { records, then, .. } = &plan.verdict else { panic!("{:?}", plan.verdict) };
    assert_eq!((records.as_slice(), then.as_deref()), ([bell.clone()].as_slice(), Some(&Foreseen::Create)));
    assert_eq!(plan.effects, [SideEffect::Creates { record: bell }]);
    assert_eq!(plan.difference.lines.len(), 2);
    world.engine.apply(&plan, "Ann").await.expect("applied");
    world.settle().await;
    assert_eq!((world.live(RecordKind::Invoice), world.codes().await), (1, Vec::new()));
}

#[tokio::test(flavor = "current_thread")]
async fn r15_a_plan_refuses_and_skips_with_the_words_of_the_sending() {
    let world = World::new().await;
    let unlinked = plan(&world, &invoice("i1", "100").replace("\"c1\"", "\"c9\"")).await;
    let Foreseen::Refuse { parked } = &unlinked.verdict else { panic!("{:?}", unlinked.verdict) };
    assert_eq!(parked.code, Code::NotLinked);
    let marked = plan(&world, &invoice("i1", "100").replacen("{\"kind\"", "{\"do_not_send\":true,\"kind\"", 1)).await;
    assert!(
        matches!(&marked.verdict, Foreseen::Skip { reason } if reason.contains("do not send")),
        "{:?}",
        marked.verdict
    );
    let error = world.engine.apply(&marked, "Ann").await.expect_err("nothing to apply");
    assert!(error.to_string().contains("do not send"), "{error}");
    assert!(world.history(&key(RecordKind::Invoice, "i1")).await.is_empty());
}

#[tokio::test(flavor = "current_thread")]
async fn f55_r12_a_plan_tells_that_it_takes_its_orders_draft_and_makes_or_withdraws_allocations() {
    let world = World::new().await;
    world.push(&document("order", "o1", "100", "")).await;
    world.settle().await;
    let full = plan(&world, &invoice_of("o1", "i1", "100")).await;
    let order = key(RecordKind::Order, "o1");
    assert_eq!(full.effects, [SideEffect::TakesDraftOf { order }]);
    let above = plan(&world, &invoice_of("o1", "i2", "101")).await;
    assert!(
        matches!(&above.verdict, Foreseen::Refuse { parked } if parked.code == Code::AboveOrder),
        "{:?}",
        above.verdict
    );
    world.push(&invoice("i3", "10")).await;
    world.settle().await;
    let note = credit_note("10", r#"{"invoice":"i3","amount":"5"}"#);
    let makes = plan(&world, &note).await;
    let allocation = key(RecordKind::Allocation, "n1/i3");
    assert_eq!(makes.effects, [SideEffect::Allocates { allocation: allocation.clone(), amount: Decimal::from(5) }]);
    world.push(&note).await;
    world.settle().await;
    let withdraws = plan(&world, &credit_note("10", "").replace("Bench", "Chair")).await;
    assert_eq!(withdraws.effects, [SideEffect::Withdraws { allocation }]);
}

#[tokio::test(flavor = "current_thread")]
async fn a_plan_wakes_what_waits_until_its_record_is_linked() {
    let world = World::new().await;
    world.push(&invoice("i1", "100").replace("\"c1\"", "\"c2\"")).await;
    world.settle().await;
    let plan = plan(&world, r#"{"kind":"customer","id":"c2","name":"Bell"}"#).await;
    assert_eq!(
        (&plan.verdict, plan.effects.as_slice()),
        (&Foreseen::Create, [SideEffect::Wakes { record: key(RecordKind::Invoice, "i1") }].as_slice())
    );
}

/// What moves between plan and application, and what is told then.
#[tokio::test(flavor = "current_thread")]
async fn a_plan_is_refused_when_what_it_was_made_from_has_moved() {
    let world = World::new().await;
    let first = plan(&world, &invoice("i1", "100")).await;
    let mut settings = world.engine.settings().await.expect("settings");
    settings.host_number_line.enabled = false;
    world.engine.save_settings(settings).await.expect("saved");
    let error = world.engine.apply(&first, "Ann").await.expect_err("moved");
    let EngineError::PlanOutdated { moved, .. } = &error else { panic!("{error:?}") };
    assert_eq!(moved.as_slice(), [Moved::Settings { planned: 1, now: 2 }]);
    assert!(!error.to_string().contains('\n') && error.to_string().contains("version 1"), "{error}");

    let second = plan(&world, &invoice("i1", "100")).await;
    let other = world.provider.live(RecordKind::Customer).remove(0);
    world.provider.made_there(RecordKind::Customer, "Hale");
    let hale =
        world.provider.live(RecordKind::Customer).into_iter().find(|record| record.id != other.id).expect("made");
    world.engine.link(key(RecordKind::Customer, "c1"), hale.id).await.expect("relinked");
    let error = world.engine.apply(&second, "Ann").await.expect_err("moved");
    let EngineError::PlanOutdated { moved, .. } = &error else { panic!("{error:?}") };
    assert_eq!(moved.as_slice(), [Moved::Link { record: key(RecordKind::Customer, "c1") }]);

    let third = plan(&world, &invoice("i1", "100")).await;
    let tampered = factory_accounting_core::preview::DocumentPlan { record: record(&invoice("i1", "900")), ..third };
    assert!(matches!(world.engine.apply(&tampered, "Ann").await, Err(EngineError::PlanOutdated { .. })));
    assert!(world.history(&key(RecordKind::Invoice, "i1")).await.is_empty());
}

#[tokio::test(flavor = "current_thread")]
async fn what_moves_between_application_and_sending_makes_the_plan_a_question() {
    let world = World::new().await;
    world.push(&invoice("i1", "100")).await;
    world.settle().await;
    let own = key(RecordKind::Invoice, "i1");
    let change = plan(&world, &invoice("i1", "120")).await;
    assert_eq!(change.verdict, Foreseen::Update);
    world.engine.apply(&change, "Ann").await.expect("applied");
    // Nobody in the store can know.
    world.provider.behind_our_back(|record| {
        if record.kind == RecordKind::Invoice {
            record.totals = record.totals.map(|mut totals| {
                totals.total += Decimal::ONE;
                totals
            });
        }
    });
    world.settle().await;
    let question = world.question(&own).await;
    assert_eq!(question.code, Code::PlanOutdated);
    assert!(question.reason.contains("115") && question.reason.contains("116"), "{}", question.reason);
    assert!(!world.provider.calls().contains(&"update invoice".to_owned()));
    world.engine.decide(world.newest(&own).await.id, Decision::Retry, "Ann").await.expect("decided");
    world.settle().await;
    assert_eq!(world.newest(&own).await.state, OperationState::Done { outcome: Outcome::Updated });

    // The settings may move after the application too.
    let late = plan(&world, &invoice("i2", "100")).await;
    world.engine.apply(&late, "Ann").await.expect("applied");
    let settings = world.engine.settings().await.expect("settings");
    world.engine.save_settings(settings).await.expect("saved");
    world.settle().await;
    assert_eq!(world.question(&key(RecordKind::Invoice, "i2")).await.code, Code::PlanOutdated);
}

#[tokio::test(flavor = "current_thread")]
async fn the_answer_to_another_question_is_no_leave_to_depart_from_the_plan() {
    let world = World::new().await;
    let planned = plan(&world, &invoice("i1", "100")).await;
    let ticket = world.engine.apply(&planned, "Ann").await.expect("applied");
    world.provider.next_writes([Act::Refuse(ProviderError::new(ErrorKind::Validation, "not today"))]);
    world.settle().await;
    assert_eq!(world.codes().await, [Code::Refused]);
    let mut settings = world.engine.settings().await.expect("settings");
    settings.host_number_line.enabled = false;
    world.engine.save_settings(settings).await.expect("saved");
    world.engine.decide(ticket.operation, Decision::Retry, "Ann").await.expect("decided");
    world.settle().await;
    assert_eq!((world.codes().await, world.live(RecordKind::Invoice)), (vec![Code::PlanOutdated], 0));
    world.engine.decide(ticket.operation, Decision::Retry, "Ann").await.expect("decided");
    world.settle().await;
    assert_eq!((world.codes().await, world.live(RecordKind::Invoice)), (Vec::new(), 1));
}

#[tokio::test(flavor = "current_thread")]
async fn a_plan_is_not_applied_to_what_is_queued_without_it() {
    let world = World::new().await;
    world.push(&invoice("i1", "100")).await;
    let planned = plan(&world, &invoice("i1", "100")).await;
    let error = world.engine.apply(&planned, "Ann").await.expect_err("it is queued");
    assert!(matches!(&error, EngineError::Refused(reason) if reason.contains("queue")), "{error}");
    // The same plan twice is once.
    let planned = plan(&world, &invoice("i2", "100")).await;
    let first = world.engine.apply(&planned, "Ann").await.expect("applied");
    let second = world.engine.apply(&planned, "Ann").await.expect("applied");
    assert_eq!((first.operation, first.new, second.new), (second.operation, true, false));
    world.settle().await;
    assert_eq!((world.codes().await, world.live(RecordKind::Invoice)), (Vec::new(), 2));
}

#[tokio::test(flavor = "current_thread")]
async fn f82_a_plan_tells_the_lock_and_what_is_not_locked() {
    let world = World::new().await;
    world.push(&invoice("i1", "100")).await;
    world.settle().await;
    world.provider.behind_our_back(|record| {
        if record.kind == RecordKind::Invoice {
            record.settled = Some(Settled { paid: Decimal::from(50), ..Settled::default() });
        }
    });
    let changed = record(&invoice("i1", "120"));
    let stored = world.engine.plan(&changed, Freshness::Stored).await.expect("a plan");
    assert_eq!((stored.verdict, stored.lock), (Foreseen::Update, None), "nobody has seen the payment yet");
    let now = world.engine.plan(&changed, Freshness::Now).await.expect("a plan");
    assert!(matches!(&now.verdict, Foreseen::Refuse { parked } if parked.code == Code::Locked), "{:?}", now.verdict);
    let lock = now.lock.expect("a lock").to_string();
    assert!(lock.contains("50") && lock.contains("may still change"), "{lock}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_rehearsal_counts_what_would_be_written_behind_a_wait_too() {
    let world = World::new().await;
    world.push(r#"{"kind":"customer","id":"c2","name":"Bell"}"#).await;
    world.push(&invoice("i1", "100").replace("\"c1\"", "\"c2\"")).await;
    let present = world.engine.settings().await.expect("settings");
    let off = Settings { switched_off: vec![RecordKind::Invoice], ..present.clone() };
    let stopped = world.engine.rehearse(&off, 10).await.expect("rehearsed");
    assert_eq!((stopped.changes.clone(), stopped.newly_sent()), ([(("wait", "skip"), 1)].into(), 0));
    world.engine.save_settings(off).await.expect("saved");
    let started = world.engine.rehearse(&present, 10).await.expect("rehearsed");
    assert_eq!((started.changes.clone(), started.newly_sent()), ([(("skip", "wait"), 1)].into(), 1));
}

#[tokio::test(flavor = "current_thread")]
async fn a_rehearsal_tells_what_other_settings_would_change_and_stores_nothing() {
    let world = World::new().await;
    for id in ["i1", "i2", "i3"] {
        world.push(&invoice(id, "100")).await;
    }
    world.settle().await;
    let before = calls(&world);
    let present = world.engine.settings().await.expect("settings");
    let same = world.engine.rehearse(&present, 10).await.expect("rehearsed");
    assert_eq!((same.looked_at, same.documents.len()), (3, 0));
    let mut lines = present.clone();
    lines.host_number_line.enabled = false;
    let more = world.engine.rehearse(&lines, 2).await.expect("rehearsed");
    assert_eq!((more.looked_at, more.documents.len()), (2, 2));
    let newest = &more.documents[0];
    assert_eq!((newest.name.as_str(), newest.after.as_str()), ("INV-i3", "update"));
    let gone = newest.difference.lines.iter().find(|line| line.fate == LineFate::Removed).expect("a line goes");
    assert!(gone.text.contains("INV-i3"), "{gone:?}");
    let mut none = present.clone();
    none.accounts.sales = None;
    let refused = world.engine.rehearse(&none, 10).await.expect("rehearsed");
    assert_eq!((refused.newly_refused(), refused.newly_sent()), (3, 0));
    let mut off = present.clone();
    off.switched_off.push(RecordKind::Invoice);
    let skipped = world.engine.rehearse(&off, 10).await.expect("rehearsed");
    assert_eq!(skipped.changes, [(("nothing", "skip"), 3)].into());
    assert_eq!((calls(&world), world.engine.settings().await.expect("settings")), (before, present));
}

#[tokio::test(flavor = "current_thread")]
async fn a_plan_of_what_is_gone_there_or_already_asked_says_so() {
    let world = World::new().await;
    world.push(&invoice("i1", "100")).await;
    world.settle().await;
    world.provider.behind_our_back(|record| {
        if record.kind == RecordKind::Invoice {
            record.status = RemoteStatus::Voided;
        }
    });
    let now = world.engine.plan(&record(&invoice("i1", "120")), Freshness::Now).await.expect("a plan");
    assert!(
        matches!(&now.verdict, Foreseen::Refuse { parked } if parked.code == Code::RemoteGone),
        "{:?}",
        now.verdict
    );
    world.push(&invoice("i1", "120")).await;
    world.settle().await;
    let again = plan(&world, &invoice("i1", "120")).await;
    assert!(
        matches!(&again.verdict, Foreseen::Refuse { parked } if parked.code == Code::RemoteGone),
        "{:?}",
        again.verdict
    );
}
