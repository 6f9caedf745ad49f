//! The transition table, enumerated: every fate x kind of error x first time or replay x intent x failures.

use std::fmt::Write as _;
use std::time::Duration;

use crate::error::{ErrorKind, ProviderError};
use crate::ids::RemoteId;
use crate::model::RecordKind;
use crate::plan::{Backoff, Doubt, Pause, Sending, Verdict, decide};
use crate::provider::{Fate, Intent, RemoteRecord, RemoteStatus};

const KINDS: [ErrorKind; 13] = [
    ErrorKind::Validation,
    ErrorKind::AlreadyExists,
    ErrorKind::NotFound,
    ErrorKind::Conflict,
    ErrorKind::Locked,
    ErrorKind::Unauthorised,
    ErrorKind::Forbidden,
    ErrorKind::Throttled,
    ErrorKind::Unavailable,
    ErrorKind::Network,
    ErrorKind::Protocol,
    ErrorKind::Unsupported,
    ErrorKind::Internal,
];

fn sending(intent: Intent, replay: bool, failures: u32) -> Sending {
    Sending { intent, kind: RecordKind::Invoice, replay, failures, seed: 7 }
}

fn every_sending() -> impl Iterator<Item = Sending> {
    [Intent::Create, Intent::Update, Intent::Void].into_iter().flat_map(|intent| {
        [false, true].into_iter().flat_map(move |replay| (0..3).map(move |failures| sending(intent, replay, failures)))
    })
}

fn name(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Landed(_) => "landed".to_owned(),
        Verdict::Again { pause: Pause::No, .. } => "again".to_owned(),
        Verdict::Again { pause: Pause::Connection, .. } => "again, all pause".to_owned(),
        Verdict::Again { pause: Pause::Reconnect, .. } => "again, after a sign-in".to_owned(),
        Verdict::Doubt(Doubt::LostAnswer, _) => "doubt: replay, then look".to_owned(),
        Verdict::Doubt(Doubt::Taken, _) => "doubt: look at once".to_owned(),
        Verdict::Park(parked) => format!("park {}", parked.code),
    }
}

#[test]
fn the_transition_table_is_as_written_down() {
    let mut table = String::new();
    for kind in KINDS {
        for sending in every_sending() {
            let fate = Fate::NotApplied(ProviderError::new(kind, "no"));
            let verdict = decide("INV-1", fate, sending, &Backoff::default());
            let time = if sending.replay { "replay" } else { "first" };
            let intent = sending.intent.as_str();
            let _ =
                writeln!(table, "{kind:?} | {intent} | {time} | {} failures | {}", sending.failures, name(&verdict));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn only_an_applied_fate_lands() {
    let record = RemoteRecord::new(RecordKind::Invoice, RemoteId::new("r"), RemoteStatus::Open);
    for sending in every_sending() {
        let landed = decide("x", Fate::Applied(Box::new(record.clone())), sending, &Backoff::default());
        assert!(matches!(landed, Verdict::Landed(_)));
        for kind in KINDS {
            let not = decide("x", Fate::NotApplied(ProviderError::new(kind, "no")), sending, &Backoff::default());
            assert!(!matches!(not, Verdict::Landed(_)), "{kind:?}");
        }
    }
}

#[test]
fn an_unknown_fate_is_never_sent_anew_without_looking() {
    for kind in KINDS {
        for sending in every_sending() {
            let verdict = decide("x", Fate::Unknown(ProviderError::new(kind, "?")), sending, &Backoff::default());
            assert!(matches!(verdict, Verdict::Doubt(Doubt::LostAnswer, _)), "{kind:?} {sending:?}");
        }
    }
}

#[test]
fn an_answer_to_a_replay_that_was_not_processed_proves_nothing_about_the_first_sending() {
    for kind in [
        ErrorKind::Throttled,
        ErrorKind::Unauthorised,
        ErrorKind::Forbidden,
        ErrorKind::Unavailable,
        ErrorKind::Conflict,
        ErrorKind::Internal,
    ] {
        for intent in [Intent::Create, Intent::Update, Intent::Void] {
            let fate = Fate::NotApplied(ProviderError::new(kind, "no"));
            let verdict = decide("x", fate, sending(intent, true, 0), &Backoff::default());
            assert!(matches!(verdict, Verdict::Doubt(Doubt::LostAnswer, _)), "{kind:?} {intent:?}");
        }
    }
}

#[test]
fn r22_validation_goes_to_a_person_at_once_and_never_back_to_the_queue() {
    for sending in every_sending() {
        let fate = Fate::NotApplied(ProviderError::new(ErrorKind::Validation, "no"));
        let verdict = decide("x", fate, sending, &Backoff::default());
        // What was sent before may be what it is refused for: that is looked up first.
        let looked_for = sending.replay && sending.intent == Intent::Create;
        assert_eq!(matches!(verdict, Verdict::Park(_)), !looked_for, "{sending:?}");
        assert!(!matches!(verdict, Verdict::Again { .. }), "{sending:?}");
    }
}

#[test]
fn the_wait_that_a_package_asks_for_is_a_floor() {
    let hour = Duration::from_secs(3_600);
    let error = ProviderError::new(ErrorKind::Throttled, "day").with_retry_after(hour);
    let verdict = decide("x", Fate::NotApplied(error), sending(Intent::Create, false, 0), &Backoff::default());
    assert!(matches!(verdict, Verdict::Again { wait, .. } if wait >= hour));
}

#[test]
fn waits_grow_to_the_cap_and_differ_between_seeds() {
    let backoff = Backoff::default();
    let waits: Vec<Duration> = (0..40).map(|failures| backoff.wait(failures, 3)).collect();
    assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]), "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= backoff.cap && *wait >= backoff.base / 2));
    let spread: std::collections::BTreeSet<Duration> = (0..20).map(|seed| backoff.wait(5, seed)).collect();
    assert!(spread.len() > 15, "{spread:?}");
}
