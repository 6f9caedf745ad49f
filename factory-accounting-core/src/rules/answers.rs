//! Which answers a question takes, and where what usually mends it is found. One table for every host.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::code::{Code, Parked};
use crate::ids::RemoteId;
use crate::model::{RecordKey, RecordKind};
use crate::store::Decision;

/// An answer that a person can give, without its particulars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answer {
    /// [`Decision::Retry`].
    Resend,
    /// [`Decision::Distinguish`].
    Distinguish,
    /// [`Decision::WriteAnew`].
    WriteAnew,
    /// [`Decision::Adopt`].
    Adopt,
    /// [`Decision::Skip`].
    Skip,
    /// [`Decision::DoNotSend`].
    DoNotSend,
    /// [`Decision::MarkDone`].
    MarkDone,
    /// [`Decision::Drop`].
    Drop,
}

impl Answer {
    /// Every answer, in the order in which they are offered.
    pub const ALL: [Self; 8] = [
        Self::Resend,
        Self::Distinguish,
        Self::WriteAnew,
        Self::Adopt,
        Self::Skip,
        Self::DoNotSend,
        Self::MarkDone,
        Self::Drop,
    ];

    /// The answer that a decision gives.
    #[must_use]
    pub fn of(decision: &Decision) -> Self {
        match decision {
            Decision::Retry => Self::Resend,
            Decision::Distinguish => Self::Distinguish,
            Decision::WriteAnew => Self::WriteAnew,
            Decision::Adopt { .. } => Self::Adopt,
            Decision::Skip => Self::Skip,
            Decision::DoNotSend => Self::DoNotSend,
            Decision::MarkDone => Self::MarkDone,
            Decision::Drop => Self::Drop,
        }
    }

    /// As people call it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Resend => "send again",
            Self::Distinguish => "tell apart",
            Self::WriteAnew => "write anew",
            Self::Adopt => "adopt",
            Self::Skip => "skip",
            Self::DoNotSend => "do not send",
            Self::MarkDone => "mark done",
            Self::Drop => "drop",
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// Whether a question with a code takes an answer.
#[must_use]
pub fn takes(code: Code, answer: Answer) -> bool {
    match answer {
        // A person's word, and giving up: always.
        Answer::MarkDone | Answer::Drop => true,
        Answer::Distinguish => code == Code::NameTaken,
        Answer::WriteAnew => code == Code::Retargeted,
        // Sending what cannot be read, or what is in the books already, changes nothing; sending under a number that
        // another document carries makes a second one of it; and a party is not changed by insisting.
        Answer::Resend => !matches!(
            code,
            Code::SourceNotTied | Code::PaymentUnapplied | Code::Retargeted | Code::FoundDiffers | Code::Damaged
        ),
        Answer::Adopt => matches!(
            code,
            Code::NotLinked
                | Code::NumberTwice
                | Code::NumberTaken
                | Code::NameTaken
                | Code::RemoteState
                | Code::SeveralFound
                | Code::FoundDiffers
                | Code::Unresolved
                | Code::Poison
        ),
        // Where nobody knows whether it is in the books, leaving it would lose the question (R1). What is in the books and
        // only not tied or applied there has nothing that could be sent later.
        Answer::Skip | Answer::DoNotSend => !matches!(
            code,
            Code::SeveralFound
                | Code::FoundDiffers
                | Code::Unresolved
                | Code::Poison
                | Code::SourceNotTied
                | Code::PaymentUnapplied
        ),
    }
}

/// Every answer that a question with a code takes, in the order in which they are offered.
#[must_use]
pub fn answers(code: Code) -> Vec<Answer> {
    Answer::ALL.into_iter().filter(|answer| takes(code, *answer)).collect()
}

/// What to open so that a person can mend a record: the target of a "Fix" button (L18).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fix", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fix {
    /// The host's record, at a field where one is known.
    Record {
        /// The record.
        record: RecordKey,
        /// Path of the field: `lines[2].quantity`.
        path: Option<String>,
    },
    /// The link of a record: of the customer or supplier that is not linked (L18), or the record's own.
    Link {
        /// The record whose link it is.
        record: RecordKey,
    },
    /// A setting, or a mapping in the settings.
    Setting {
        /// Path in the settings: `accounts.sales`, `taxes`.
        path: String,
    },
    /// The accounting package's lists: have them read anew.
    Lists,
    /// The connection: sign in again with other permissions.
    Connection,
    /// The record in the accounting package.
    InPackage {
        /// The package's id, where one is known.
        remote: Option<RemoteId>,
    },
    /// A plan that is out of date: plan the record anew.
    Plan {
        /// The record.
        record: RecordKey,
    },
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record { record, path: Some(path) } => write!(f, "open {record} at {path}"),
            Self::Record { record, path: None } => write!(f, "open {record}"),
            Self::Link { record } => write!(f, "link {record}"),
            Self::Setting { path } => write!(f, "open the setting {path}"),
            Self::Lists => f.write_str("update the lists"),
            Self::Connection => f.write_str("sign in again"),
            Self::InPackage { .. } => f.write_str("open it in the accounting package"),
            Self::Plan { record } => write!(f, "plan {record} anew"),
        }
    }
}

/// What to open to mend what a question is about; `None` where nothing in the host or the package mends it.
#[must_use]
pub fn fix(record: &RecordKey, parked: &Parked) -> Option<Fix> {
    let issue = parked.issues.iter().map(|issue| issue.path.as_str()).find(|path| !path.is_empty());
    let field = |path: Option<&str>| Fix::Record { record: record.clone(), path: path.map(str::to_owned) };
    let setting = |path: &str| Fix::Setting { path: path.to_owned() };
    let link = || Fix::Link { record: parked.until_linked.clone().unwrap_or_else(|| record.clone()) };
    let party = if record.kind.is_purchase() { "supplier" } else { "customer" };
    Some(match parked.code {
        Code::Invalid | Code::Refused => field(issue),
        Code::NotLinked | Code::NameTaken | Code::PartyArchived => link(),
        Code::AccountMissing => {
            setting(issue.filter(|path| path.starts_with("accounts.")).unwrap_or(account(record.kind)))
        }
        Code::AccountUnusable => match issue {
            Some(path) if !path.starts_with("accounts.") => field(Some(path)),
            path => setting(path.unwrap_or(account(record.kind))),
        },
        Code::TaxUnmapped => setting("taxes"),
        Code::Unmapped => setting(if record.kind.is_purchase() { "expenses" } else { "services" }),
        Code::ItemMissing => setting("items"),
        Code::TotalsDiffer => setting("rounding"),
        Code::EditKept => setting("edits_after_sending"),
        Code::Currency => Fix::Lists,
        Code::PeriodClosed => field(Some("date")),
        Code::NumberTwice | Code::NumberTaken => field(Some("number")),
        Code::AboveOrder => field(Some("above_order")),
        Code::Retargeted => field(Some(party)),
        Code::Damaged => field(None),
        Code::PlanOutdated => Fix::Plan { record: record.clone() },
        Code::Forbidden => Fix::Connection,
        Code::Unsupported
        | Code::SourceNotTied
        | Code::PaymentUnapplied
        | Code::Locked
        | Code::VoidSettled
        | Code::RemoteGone
        | Code::RemoteState
        | Code::Conflict
        | Code::SeveralFound
        | Code::FoundDiffers
        | Code::Unresolved => {
            let remote = parked.candidates.first().map(|candidate| candidate.remote.clone());
            Fix::InPackage { remote }
        }
        Code::GaveUp | Code::Poison => return None,
    })
}

/// The setting that names the account of a kind of record.
fn account(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Payment => "accounts.payments",
        RecordKind::CreditNote => "accounts.credit_notes",
        kind if kind.is_purchase() => "accounts.purchases",
        _ => "accounts.sales",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Issue;

    /// Code by answer: `r`esend, d`i`stinguish, `w`rite anew, `a`dopt, `s`kip, do `n`ot send, mark `d`one, dro`p`.
    const TABLE: &[(&str, &str)] = &[
        ("FA-100", "r---sndp"),
        ("FA-101", "r--asndp"),
        ("FA-102", "r---sndp"),
        ("FA-103", "r---sndp"),
        ("FA-104", "r---sndp"),
        ("FA-105", "r---sndp"),
        ("FA-106", "r---sndp"),
        ("FA-107", "r---sndp"),
        ("FA-108", "r--asndp"),
        ("FA-109", "r--asndp"),
        ("FA-110", "ri-asndp"),
        ("FA-111", "r---sndp"),
        ("FA-112", "r---sndp"),
        ("FA-113", "r---sndp"),
        ("FA-114", "------dp"),
        ("FA-115", "------dp"),
        ("FA-116", "r---sndp"),
        ("FA-201", "r---sndp"),
        ("FA-202", "r---sndp"),
        ("FA-203", "r---sndp"),
        ("FA-204", "r--asndp"),
        ("FA-205", "r---sndp"),
        ("FA-206", "r---sndp"),
        ("FA-207", "--w-sndp"),
        ("FA-208", "r---sndp"),
        ("FA-209", "r---sndp"),
        ("FA-301", "r--a--dp"),
        ("FA-302", "---a--dp"),
        ("FA-303", "r--a--dp"),
        ("FA-400", "r---sndp"),
        ("FA-401", "r---sndp"),
        ("FA-402", "r---sndp"),
        ("FA-403", "r--a--dp"),
        ("FA-404", "----sndp"),
    ];

    #[test]
    fn every_code_takes_the_answers_of_the_table_and_no_others() {
        assert_eq!(TABLE.len(), Code::ALL.len());
        for (code, (name, wanted)) in Code::ALL.iter().zip(TABLE) {
            assert_eq!(code.as_str(), *name);
            let letters = "riwasndp".chars().zip(Answer::ALL);
            let row: String = letters.map(|(letter, answer)| if takes(*code, answer) { letter } else { '-' }).collect();
            assert_eq!(row, *wanted, "{code}");
            assert_eq!(answers(*code).len(), wanted.replace('-', "").len());
        }
    }

    #[test]
    fn l18_a_missing_link_is_mended_at_the_party_and_a_wrong_field_at_the_field() {
        let invoice = RecordKey::new(RecordKind::Invoice, "F-1");
        let customer = RecordKey::new(RecordKind::Customer, "C1");
        let unlinked = Parked::new(Code::NotLinked, "no").until_linked(customer.clone());
        assert_eq!(fix(&invoice, &unlinked), Some(Fix::Link { record: customer }));
        let wrong = Parked::new(Code::Invalid, "no").with_issues([Issue::new("lines[2].quantity", "is 0")]);
        let path = Some("lines[2].quantity".to_owned());
        assert_eq!(fix(&invoice, &wrong), Some(Fix::Record { record: invoice.clone(), path }));
        let missing = Parked::new(Code::AccountMissing, "no").with_issues([Issue::new("lines[0].account", "name one")]);
        for (kind, path) in [
            (RecordKind::Invoice, "accounts.sales"),
            (RecordKind::Bill, "accounts.purchases"),
            (RecordKind::CreditNote, "accounts.credit_notes"),
            (RecordKind::Payment, "accounts.payments"),
        ] {
            let target = fix(&RecordKey::new(kind, "1"), &missing);
            assert_eq!(target, Some(Fix::Setting { path: path.to_owned() }));
        }
    }

    #[test]
    fn every_code_but_a_fault_of_ours_leads_somewhere() {
        let invoice = RecordKey::new(RecordKind::Invoice, "F-1");
        for code in Code::ALL {
            let nowhere = matches!(code, Code::GaveUp | Code::Poison);
            assert_eq!(fix(&invoice, &Parked::new(*code, "why")).is_none(), nowhere, "{code}");
        }
    }
}
