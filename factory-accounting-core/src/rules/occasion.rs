//! What goes out when (F67): the effective policy for a record on an occasion, and what becomes of changes to what is in the
//! books.
//!
//! | trigger | saved | finalised | accepted | previewed | printed, mailed | asked for |
//! |---|---|---|---|---|---|---|
//! | created | sends | sends | sends | waits | sends | sends |
//! | finalised | waits | sends | sends | waits | sends | sends |
//! | accepted | waits | waits | sends | waits | waits | sends |
//! | asked | waits | waits | waits | waits | waits | sends |
//!
//! What has been sent once follows every later occasion but a preview. Customers, suppliers, products and jobs have no
//! trigger: when they are created in the package is said by their own policies. What is switched off is never sent.

use crate::code::{Code, Parked};
use crate::model::{Record, RecordKey, RecordKind};
use crate::planned::Changes;
use crate::settings::{EditsAfterSending, Occasion, Settings, TRIGGERED, Trigger};

/// What an occasion does to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It goes out now.
    Send,
    /// It stays here until another occasion.
    Wait {
        /// Which one, one line.
        reason: String,
    },
    /// It is not sent at all.
    Never {
        /// Why, one line.
        reason: String,
    },
}

/// What an occasion does to a record of a kind. `sent` says whether it, or an earlier state of it, has gone out already.
#[must_use]
pub fn action(kind: RecordKind, occasion: Occasion, sent: bool, settings: &Settings) -> Action {
    if kind == RecordKind::Expense {
        return Action::Never {
            reason: "expenses are entered in the accounting package and read from there".to_owned(),
        };
    }
    if let Some(reason) = kind_switched_off(kind, settings) {
        return Action::Never { reason };
    }
    let goes = match (occasion, settings.trigger(kind)) {
        (Occasion::Previewed, _) => false,
        (Occasion::Asked, _) => true,
        _ if sent || !has_trigger(kind) => true,
        (_, Trigger::Created) => true,
        (Occasion::Finalised | Occasion::Accepted | Occasion::Printed | Occasion::Emailed, Trigger::Finalised) => true,
        (Occasion::Accepted, Trigger::Accepted) => true,
        _ => false,
    };
    if goes { Action::Send } else { Action::Wait { reason: wait(kind, occasion, settings) } }
}

/// Whether the settings give a kind an occasion to wait for. Set-offs go with their credit note.
fn has_trigger(kind: RecordKind) -> bool {
    TRIGGERED.contains(&kind)
}

fn wait(kind: RecordKind, occasion: Occasion, settings: &Settings) -> String {
    if occasion == Occasion::Previewed {
        return "looking at a preview sends nothing".to_owned();
    }
    match settings.trigger(kind) {
        Trigger::Created => format!("each {kind} is sent once it is saved"),
        Trigger::Finalised => format!("each {kind} is sent once it is final, printed or mailed"),
        Trigger::Accepted => format!("each {kind} is sent once it is accepted"),
        Trigger::Asked => format!("each {kind} is sent once somebody asks for it"),
    }
}

/// Why a record is not sent at all, where its kind is switched off (F51, F54, F57, F61, F64, L6).
#[must_use]
pub fn switched_off(record: &Record, settings: &Settings) -> Option<String> {
    kind_switched_off(record.kind(), settings).or_else(|| {
        let part = !settings.sends_such(record);
        part.then(|| "sending of invoices of a part of their order is switched off in the settings".to_owned())
    })
}

/// Why no record of a kind is sent, where that is so.
#[must_use]
pub fn kind_switched_off(kind: RecordKind, settings: &Settings) -> Option<String> {
    (!settings.sends(kind)).then(|| format!("sending of {kind} records is switched off in the settings"))
}

/// The question to a person where a document has changed since it was sent and the settings keep what has been sent. A state
/// that the document comes to, such as a quote that is accepted, is no change of what was sent.
#[must_use]
pub fn waits_as_edit(
    key: &RecordKey,
    name: &str,
    changes: Changes,
    settings: &Settings,
    package: &str,
) -> Option<Parked> {
    let keeps = settings.edits_after_sending == EditsAfterSending::Ask && key.kind.is_document();
    let what = match (changes.header, changes.lines) {
        (false, false) => return None,
        (true, false) => "its heading",
        (false, true) => "its lines",
        (true, true) => "its heading and lines",
    };
    keeps.then(|| {
        let reason = format!("{} {name:?} has changed since it was sent to {package}: {what}", key.kind);
        Parked::new(Code::EditKept, reason)
    })
}
