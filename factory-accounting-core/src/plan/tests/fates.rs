//! The transition table, enumerated: every fate x kind of error x first time or replay x intent x what failed before.

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

fn sending(intent: Intent, replay: bool, last_failure: Option<ErrorKind>) -> Sending {
    let failures = u32::from(last_failure.is_some());
    Sending { intent, kind: RecordKind::Invoice, replay, failures, last_failure, seed: 7 }
}

/// Sendings that have not failed before, that have failed in the same way, and that have failed in another.
fn every_sending(kind: ErrorKind) -> impl Iterator<Item = Sending> {
    let other = if kind == ErrorKind::Unavailable { ErrorKind::Network } else { ErrorKind::Unavailable };
    let before = [None, Some(kind), Some(other)];
    [Intent::Create, Intent::Update, Intent::Void].into_iter().flat_map(move |intent| {
        [false, true].into_iter().flat_map(move |replay| before.map(|last| sending(intent, replay, last)))
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
        for sending in every_sending(kind) {
            let fate = Fate::NotApplied(ProviderError::new(kind, "no"));
            let verdict = decide("INV-1", fate, sending, &Backoff::default());
            let time = if sending.replay { "replay" } else { "first" };
            let intent = sending.intent.as_str();
            let before = match sending.last_failure {
                None => "nothing failed before",
                Some(last) if last == kind => "failed so before",
                Some(_) => "failed otherwise before",
            };
            let _ = writeln!(table, "{kind:?} | {intent} | {time} | {before} | {}", name(&verdict));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn only_an_applied_fate_lands() {
    let record = RemoteRecord::new(RecordKind::Invoice, RemoteId::new("r"), RemoteStatus::Open);
    for kind in KINDS {
        for sending in every_sending(kind) {
            let landed = decide("x", Fate::Applied(Box::new(record.clone())), sending, &Backoff::default());
            assert!(matches!(landed, Verdict::Landed(_)));
            let not = decide("x", Fate::NotApplied(ProviderError::new(kind, "no")), sending, &Backoff::default());
            assert!(!matches!(not, Verdict::Landed(_)), "{kind:?}");
        }
    }
}

#[test]
fn an_unknown_fate_is_never_sent_anew_without_looking() {
    for kind in KINDS {
        for sending in every_sending(kind) {
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
            let verdict = decide("x", fate, sending(intent, true, None), &Backoff::default());
            assert!(matches!(verdict, Verdict::Doubt(Doubt::LostAnswer, _)), "{kind:?} {intent:?}");
        }
    }
}

#[test]
fn r22_validation_goes_to_a_person_at_once_and_never_back_to_the_queue() {
    for sending in every_sending(ErrorKind::Validation) {
        let fate = Fate::NotApplied(ProviderError::new(ErrorKind::Validation, "no"));
        let verdict = decide("x", fate, sending, &Backoff::default());
        // What was sent before may be what it is refused for: that is looked up first.
        let looked_for = sending.replay && sending.intent == Intent::Create;
        assert_eq!(matches!(verdict, Verdict::Park(_)), !looked_for, "{sending:?}");
        assert!(!matches!(verdict, Verdict::Again { .. }), "{sending:?}");
    }
}

/// A gateway that was down says nothing about the token or the record: the first 401 or conflict behind it still has its
/// one more try, and only the second in a row is taken at its word.
#[test]
fn a_first_refusal_has_its_one_more_try_whatever_failed_before() {
    for kind in [ErrorKind::Unauthorised, ErrorKind::Conflict] {
        let refused = |last| {
            let fate = Fate::NotApplied(ProviderError::new(kind, "no"));
            decide("x", fate, sending(Intent::Update, false, last), &Backoff::default())
        };
        let waits = |verdict: Verdict| match verdict {
            Verdict::Again { wait, pause: Pause::No, .. } => Some(wait),
            _ => None,
        };
        assert_eq!(waits(refused(None)), Some(Duration::ZERO), "{kind:?}");
        // Not at once, or two refusals in turn would chase one another.
        assert!(waits(refused(Some(ErrorKind::Unavailable))).is_some_and(|wait| !wait.is_zero()), "{kind:?}");
        assert_eq!(waits(refused(Some(kind))), None, "{kind:?}");
    }
}

#[test]
fn the_wait_that_a_package_asks_for_is_a_floor() {
    let hour = Duration::from_secs(3_600);
    let error = ProviderError::new(ErrorKind::Throttled, "day").with_retry_after(hour);
    let verdict = decide("x", Fate::NotApplied(error), sending(Intent::Create, false, None), &Backoff::default());
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
