//! Plans over the three packages: what is foretold is what the books then show.

use factory_accounting_core::code::Code;
use factory_accounting_core::model::{Record, RecordKind};
use factory_accounting_core::preview::{DocumentPlan, Foreseen, LineFate, Moved};
use factory_accounting_engine::{EngineError, Freshness, RecordStatus};
use serde_json::json;

use crate::host::{Host, locked};
use crate::make::{customer, document, in_currency, key, line};
use crate::world::{Books, everywhere};

fn invoice<W: Books>(id: &str, lines: &[(&str, &str)], changes: serde_json::Value) -> Record {
    let lines: Vec<_> = lines.iter().map(|(text, price)| line(text, "1", price)).collect();
    let mut form = json!({ "lines": lines });
    crate::make::merge(&mut form, changes);
    in_currency(W::CURRENCY, &document("invoice", id, "C1", "1", form))
}

fn plan<W: Books>(host: &Host<W>, record: &Record, freshness: Freshness) -> DocumentPlan {
    host.clock.run(host.engine.plan(record, freshness)).expect("a plan")
}

/// What becomes of the lines that charge something.
fn fates(plan: &DocumentPlan) -> Vec<LineFate> {
    let number = |text: &str| text.contains("F-1");
    plan.difference.lines.iter().filter(|line| !number(&line.text)).map(|line| line.fate).collect()
}

/// A plan makes no call, changes nothing, and is what then happens.
fn foretold<W: Books>() {
    let host = Host::over(W::fresh());
    host.send(vec![customer("C1", "Hale Joinery")]);
    host.calls();
    let first = invoice::<W>("F-1", &[("Oak top", "100"), ("Legs", "40")], json!({}));
    let planned = plan(&host, &first, Freshness::Stored);
    assert_eq!((planned.verdict.clone(), host.calls().len()), (Foreseen::Create, 0));
    assert_eq!(planned.number.as_deref(), Some("F-1"));
    let before = host.books();
    host.clock.run(host.engine.apply(&planned, "Mere Tane")).expect("applied");
    host.work();
    assert_eq!(host.books().len(), before.len() + 1);
    let link = host.link(RecordKind::Invoice, "F-1");
    let foreseen = planned.difference.money.expect("money").after.expect("totals");
    assert_eq!(link.totals.map(|totals| totals.total), Some(foreseen.total));

    let changed = invoice::<W>("F-1", &[("Oak top", "100"), ("Legs", "45"), ("Delivery", "20")], json!({}));
    let (stored, now) = (plan(&host, &changed, Freshness::Stored), plan(&host, &changed, Freshness::Now));
    assert_eq!((&stored.verdict, &now.verdict), (&Foreseen::Update, &Foreseen::Update));
    assert_eq!(fates(&now), [LineFate::Kept, LineFate::Changed, LineFate::Added]);
    assert_eq!(fates(&stored), fates(&now));
    // What a package names by an id of its own, or does not tell line by line, is not said to change.
    for plan in [&stored, &now] {
        let line = plan.difference.lines.iter().find(|line| line.fate == LineFate::Changed).expect("the legs");
        let paths: Vec<&str> =
            line.fields.iter().map(|field| field.path.as_str()).filter(|path| *path != "tax").collect();
        assert_eq!(paths, ["amount", "unit_price"]);
    }
    let totals = |plan: &DocumentPlan| plan.difference.money.clone().map(|money| (money.before, money.after));
    assert_eq!(totals(&stored), totals(&now));
    host.clock.run(host.engine.apply(&now, "Mere Tane")).expect("applied");
    host.work();
    let link = host.link(RecordKind::Invoice, "F-1");
    let foreseen = now.difference.money.expect("money").after.expect("totals");
    assert_eq!(link.totals.map(|totals| totals.total), Some(foreseen.total));
    let again = plan(&host, &changed, Freshness::Now);
    assert!(matches!(again.verdict, Foreseen::Nothing { .. }), "{:?}", again.verdict);
}

#[test]
fn r15_what_is_planned_is_what_the_books_then_show() {
    everywhere!(foretold);
}

/// A payment that nobody here has seen: a plan from the books tells the lock, one from the store is stopped before sending.
fn paid_meanwhile<W: Books>() {
    let host = Host::over(W::fresh());
    host.send(vec![customer("C1", "Hale Joinery"), invoice::<W>("F-1", &[("Oak top", "100")], json!({}))]);
    host.clock.advance(std::time::Duration::from_secs(60));
    locked(&host.world).person_pays("F-1", "50", "counter", factory_accounting_core::clock::Clock::now(&host.clock));
    let changed = invoice::<W>("F-1", &[("Oak top", "120")], json!({}));
    let blind = plan(&host, &changed, Freshness::Stored);
    assert_eq!(blind.verdict, Foreseen::Update);
    let seeing = plan(&host, &changed, Freshness::Now);
    assert!(
        matches!(&seeing.verdict, Foreseen::Refuse { parked } if parked.code == Code::Locked),
        "{:?}",
        seeing.verdict
    );
    assert!(seeing.lock.is_some_and(|lock| lock.to_string().contains("50")));
    host.clock.run(host.engine.apply(&blind, "Mere Tane")).expect("the store knows nothing of it");
    host.work();
    let question = host.question(RecordKind::Invoice, "F-1");
    assert!(matches!(question.code, Code::PlanOutdated | Code::Locked), "{question}");
    // Once the change is read the store knows.
    host.clock.advance(std::time::Duration::from_secs(120));
    host.clock.run(host.engine.read_changes()).expect("changes");
    let other = plan(&host, &invoice::<W>("F-1", &[("Oak top", "130")], json!({})), Freshness::Stored);
    assert!(
        matches!(&other.verdict, Foreseen::Refuse { parked } if parked.code == Code::Locked),
        "{:?}",
        other.verdict
    );
    let error = host.clock.run(host.engine.apply(&blind, "Mere Tane")).expect_err("it has moved");
    let EngineError::PlanOutdated { moved, .. } = &error else { panic!("{error:?}") };
    assert!(moved.iter().any(|moved| matches!(moved, Moved::Books { .. })), "{moved:?}");
}

#[test]
fn f82_a_plan_from_the_books_tells_the_lock_and_a_blind_one_is_stopped() {
    everywhere!(paid_meanwhile);
}

/// Other settings, tried on what has been sent.
fn rehearsed<W: Books>() {
    let host = Host::over(W::fresh());
    let invoices = (1..=3).map(|at| invoice::<W>(&format!("F-{at}"), &[("Oak top", "100")], json!({})));
    host.send(std::iter::once(customer("C1", "Hale Joinery")).chain(invoices).collect());
    host.calls();
    let settings = host.clock.run(host.engine.settings()).expect("settings");
    let mut proposed = settings.clone();
    proposed.host_number_line.enabled = !settings.host_number_line.enabled;
    let rehearsal = host.clock.run(host.engine.rehearse(&proposed, 10)).expect("rehearsed");
    assert_eq!((rehearsal.looked_at, rehearsal.documents.len()), (3, 3), "{rehearsal:?}");
    assert!(rehearsal.documents.iter().all(|document| document.difference.any()), "{rehearsal:?}");
    let mut without = settings.clone();
    without.default_tax = Default::default();
    let refused = host.clock.run(host.engine.rehearse(&without, 10)).expect("rehearsed");
    assert_eq!(refused.newly_refused(), 3, "{refused:?}");
    assert!(host.calls().is_empty());
    assert_eq!(host.clock.run(host.engine.settings()).expect("settings"), settings);
    assert!(host.status(RecordKind::Invoice, "F-1").is_sent());
}

#[test]
fn r52_other_settings_are_rehearsed_on_what_has_been_sent() {
    everywhere!(rehearsed);
}

/// Number and address of what was sent stand beside its status.
fn shown<W: Books>() {
    let host = Host::over(W::fresh());
    host.send(vec![customer("C1", "Hale Joinery"), invoice::<W>("F-1", &[("Oak top", "100")], json!({}))]);
    let keys = [key(RecordKind::Invoice, "F-1"), key(RecordKind::Invoice, "F-2"), key(RecordKind::Customer, "C1")];
    let statuses = host.clock.run(host.engine.statuses(&keys)).expect("statuses");
    assert_eq!((statuses[0].is_sent(), statuses[0].number()), (true, Some("F-1")));
    assert_eq!((&statuses[1], statuses[2].is_sent()), (&RecordStatus::NotSent, true));
}

#[test]
fn l11_the_number_stands_beside_the_status() {
    everywhere!(shown);
}
