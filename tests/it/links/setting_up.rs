//! Setting up a connection: step by step, put off, taken up again, and never in the way (F4, F35).

use factory_accounting_core::onboarding::{NoStep, Progress, Stage, StepState};
use factory_accounting_engine::EngineError;
use serde_json::json;

use super::{BY, People, hale, invoice};
use crate::host::{Host, answer};
use crate::world::{MyobWorld, everywhere};

fn set_up<W: People>() {
    let host = Host::unconnected(W::fresh());
    assert!(host.clock.run(host.engine.onboarding()).expect("read").is_none());
    let early = host.clock.run(host.engine.advance(Stage::Authorised, BY));
    assert!(matches!(early, Err(EngineError::NotConnected)), "{early:?}");
    host.sign_in();
    host.clock.run(host.engine.connect()).expect("connects");
    let settings = crate::host::locked(&host.world).settings(json!({}));
    host.clock.run(host.engine.save_settings(settings)).expect("saved");
    let stage = |engine: &factory_accounting_engine::Engine| {
        host.clock.run(engine.onboarding()).expect("read").expect("begun").onboarding
    };
    assert_eq!(stage(&host.engine).stage, Stage::Authorised);
    host.clock.run(host.engine.advance(Stage::Authorised, BY)).expect("on");
    // "Not Right Now", and the next process goes on where this one was.
    host.clock.run(host.engine.put_off(Stage::ChoosingLists, BY)).expect("put off");
    let restarted = host.another("restarted");
    assert_eq!(stage(&restarted).stage, Stage::LinkingContacts);
    let twice = host.clock.run(restarted.put_off(Stage::ChoosingLists, BY)).expect_err("it has moved on");
    assert!(matches!(twice, EngineError::Onboarding(NoStep::MovedOn { .. })), "{twice}");
    // What is pushed meanwhile goes out.
    host.send(vec![hale(), invoice::<W>("F-1", "C1", "100")]);
    assert_eq!(host.books().len(), 2);
    let ready = host.clock.run(restarted.put_off(Stage::LinkingContacts, BY)).expect("put off");
    assert_eq!(
        (ready.stage, ready.put_off_steps()),
        (Stage::Ready, vec![Stage::ChoosingLists, Stage::LinkingContacts])
    );
    // A reconnect does not begin anew, and what was put off is taken up any day.
    host.clock.run(host.engine.disconnect()).expect("disconnects");
    host.sign_in();
    host.clock.run(host.engine.connect()).expect("connects again");
    host.clock.run(host.engine.resume(Stage::LinkingContacts)).expect("taken up");
    assert_eq!(stage(&host.engine).stage, Stage::LinkingContacts);
    let done = host.clock.run(host.engine.advance(Stage::LinkingContacts, BY)).expect("on");
    assert_eq!((done.stage, done.put_off_steps()), (Stage::Ready, vec![Stage::ChoosingLists]));
    assert!(matches!(done.contacts, Progress::Done { by, .. } if by == BY));
}

#[test]
fn f4_f35_setting_up_goes_step_by_step_and_what_is_put_off_is_taken_up_later() {
    everywhere!(set_up);
}

#[test]
fn f13_what_is_to_be_done_in_the_package_is_shown_while_setting_up() {
    let told = |host: &Host<MyobWorld>| {
        let setting_up = host.clock.run(host.engine.onboarding()).expect("read").expect("begun");
        setting_up.in_package
    };
    let steps = told(&Host::file());
    assert!(steps.len() > 5 && steps.iter().all(|step| step.state != StepState::Open), "{steps:?}");
    let mut world = crate::host::locked(&Host::file().world).clone();
    crate::world::Books::act(
        &mut world,
        &json!({ "do": "set_preference", "name": "CategoryTracking",
        "value": "OnAndRequired" }),
        chrono::DateTime::UNIX_EPOCH,
    );
    world.discover();
    let open: Vec<_> = told(&Host::over(world)).into_iter().filter(|step| step.state == StepState::Open).collect();
    assert_eq!(open.iter().map(|step| step.code).collect::<Vec<_>>(), ["category"]);
}

fn without_the_role<W: People>() {
    let host = Host::unconnected(W::fresh());
    host.sign_in();
    let body = r#"{"Message":"You are not authorised","ErrorCode":"AccessDenied"}"#;
    host.beset(move |_| Some(answer(403, "application/json", body)));
    match host.clock.run(host.engine.connect()).expect_err("refused") {
        error @ EngineError::InsufficientRole(_) => {
            let told = error.to_string();
            assert!(told.contains("administrator") && !told.contains('\n'), "{told}");
        }
        other => panic!("{other}"),
    }
    host.at_peace();
    host.clock.run(host.engine.connect()).expect("somebody else signs in");
}

#[test]
fn f3_l13_whoever_may_not_connect_the_company_is_told_who_may() {
    everywhere!(without_the_role);
}

#[test]
fn r55_another_company_is_refused_with_the_way_to_it() {
    let error = EngineError::OtherOrganisation {
        expected: "org-1".into(),
        found: "org-2".into(),
        name: "Second Ltd".to_owned(),
    };
    let told = error.to_string();
    assert!(["org-1", "Second Ltd", "new connection", "adopt"].iter().all(|part| told.contains(part)), "{told}");
}
