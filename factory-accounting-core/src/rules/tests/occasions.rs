//! Every kind on every occasion under every trigger, sent before or not, switched off or not.

use crate::model::RecordKind;
use crate::planned::Changes;
use crate::rules::{Action, action, waits_as_edit};
use crate::settings::{EditsAfterSending, Occasion, Settings, Trigger};

const TRIGGERS: [Trigger; 4] = [Trigger::Created, Trigger::Finalised, Trigger::Accepted, Trigger::Asked];

/// Rows are triggers, columns occasions in their order; what has not been sent before.
const FIRST: [&str; 4] = ["sss.sss", ".ss.sss", "..s...s", "......s"];

fn with(kind: RecordKind, trigger: Trigger, off: bool) -> Settings {
    let mut settings = Settings::default();
    settings.triggers.insert(kind, trigger);
    settings.switched_off.extend(off.then_some(kind));
    settings
}

#[test]
fn f67_f68_f73_l10_every_occasion_does_what_the_settings_say() {
    for kind in RecordKind::ALL {
        for (trigger, row) in TRIGGERS.into_iter().zip(FIRST) {
            for (occasion, first) in Occasion::ALL.into_iter().zip(row.chars()) {
                for sent in [false, true] {
                    let settings = with(kind, trigger, false);
                    let triggered = kind.is_document() || kind == RecordKind::Payment;
                    let sends = match occasion {
                        Occasion::Previewed => false,
                        _ => sent || !triggered || first == 's',
                    };
                    let found = action(kind, occasion, sent, &settings);
                    let label = format!("{kind} {occasion} {trigger:?} sent before: {sent}: {found:?}");
                    if kind == RecordKind::Expense {
                        assert!(matches!(found, Action::Never { .. }), "{label}");
                    } else {
                        assert_eq!(found == Action::Send, sends, "{label}");
                        assert_eq!(matches!(found, Action::Wait { .. }), !sends, "{label}");
                    }
                }
            }
        }
    }
}

#[test]
fn f51_f54_f57_f61_f64_f67_what_is_switched_off_is_never_sent() {
    for kind in RecordKind::ALL {
        for (trigger, occasion) in TRIGGERS.into_iter().flat_map(|trigger| Occasion::ALL.map(|one| (trigger, one))) {
            for sent in [false, true] {
                let found = action(kind, occasion, sent, &with(kind, trigger, true));
                let follows_another = kind == RecordKind::Allocation;
                assert_eq!(matches!(found, Action::Never { .. }), !follows_another, "{kind} {occasion}: {found:?}");
            }
        }
    }
}

#[test]
fn what_waits_says_for_what() {
    let of =
        |trigger, occasion| match action(RecordKind::Bill, occasion, false, &with(RecordKind::Bill, trigger, false)) {
            Action::Wait { reason } => reason,
            other => panic!("{other:?}"),
        };
    assert_eq!(of(Trigger::Accepted, Occasion::Printed), "each bill is sent once it is accepted");
    assert_eq!(of(Trigger::Asked, Occasion::Saved), "each bill is sent once somebody asks for it");
    assert_eq!(of(Trigger::Created, Occasion::Previewed), "looking at a preview sends nothing");
}

#[test]
fn only_changes_of_what_a_document_says_wait_for_a_person() {
    for kind in RecordKind::ALL {
        for edits in [EditsAfterSending::Send, EditsAfterSending::Ask] {
            for bits in 0..8_u8 {
                let changes = Changes { header: bits & 1 > 0, lines: bits & 2 > 0, status: bits & 4 > 0 };
                let settings = Settings { edits_after_sending: edits, ..Settings::default() };
                let key = crate::model::RecordKey::new(kind, "1");
                let waits = waits_as_edit(&key, "F-1", changes, &settings, "Ledger").is_some();
                let wanted = edits == EditsAfterSending::Ask && kind.is_document() && (changes.header || changes.lines);
                assert_eq!(waits, wanted, "{kind} {edits:?} {changes:?}");
            }
        }
    }
}
