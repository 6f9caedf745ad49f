//! Imports as durable jobs: what is to be taken over, how far it is, and what the host has been asked for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::LinkOrigin;
use super::candidate::{CandidateFilter, CandidateQuery, CandidateState};
use super::{Link, StoreError};
use crate::ids::{LocalId, RemoteId};
use crate::model::{RecordKey, RecordKind};
use crate::provider::{RemoteParty, RemoteStatus};

/// Which parties to take over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImportSelection {
    /// All that can be imported (F22). Those that the host seems to have are left out.
    All,
    /// These (F21). Those that the host seems to have are asked for: somebody has looked.
    Only(BTreeSet<RemoteId>),
    /// All that a query finds. Those that the host seems to have are asked for where the query names their state.
    Matching(Box<CandidateQuery>),
}

impl ImportSelection {
    /// Whether a candidate of the selection is to be asked for; the reason to skip it where not.
    ///
    /// # Errors
    /// The reason.
    pub fn admits(&self, state: &CandidateState) -> Result<(), SkipReason> {
        match state {
            CandidateState::NotImported => Ok(()),
            CandidateState::PreviouslyImported { .. } => Err(SkipReason::PreviouslyImported),
            CandidateState::Linked { .. } => Err(SkipReason::Linked),
            CandidateState::Archived => Err(SkipReason::Archived),
            CandidateState::ExistsLocally { .. } => {
                let chosen = match self {
                    Self::All => false,
                    Self::Only(_) => true,
                    Self::Matching(query) => query.states.contains(&CandidateFilter::ExistsLocally),
                };
                if chosen { Ok(()) } else { Err(SkipReason::ExistsLocally) }
            }
        }
    }
}

/// Why a party was left out of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// An earlier import has taken it over (F25).
    PreviouslyImported,
    /// It is linked already (F26).
    Linked,
    /// The host seems to have it (F28).
    ExistsLocally,
    /// It is archived in the package (L17).
    Archived,
    /// The package lists no such party any more.
    Gone,
    /// The host did not want it.
    Declined,
}

impl SkipReason {
    /// As people read it, lower case.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::PreviouslyImported => "imported before",
            Self::Linked => "linked already",
            Self::ExistsLocally => "here already",
            Self::Archived => "archived",
            Self::Gone => "no longer in the list",
            Self::Declined => "declined",
        }
    }
}

/// An import of a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportJob {
    /// Customer or supplier.
    pub role: RecordKind,
    /// What to take over.
    pub selection: ImportSelection,
    /// When it was begun, UTC.
    pub begun_at: DateTime<Utc>,
    /// How far it is.
    pub progress: ImportProgress,
}

/// How far an import is, and what it has come to (F23).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProgress {
    /// Grows with everyone who takes the import over; who drove it before is fenced.
    pub run: u64,
    /// Parties up to this one are through or asked for.
    pub reached: Option<RemoteId>,
    /// Parties that the host has been asked for, or is about to be, and whose links are not stored yet. After a crash they
    /// are asked for again.
    pub asked: Vec<RemoteId>,
    /// Whether a person wants it to end.
    pub cancelled: bool,
    /// When it was over, UTC.
    pub ended_at: Option<DateTime<Utc>>,
    /// Parties to look at, once that is known.
    pub total: Option<u64>,
    /// What it has come to.
    pub tally: ImportTally,
}

/// What an import has come to, or a step of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportTally {
    /// Parties of the selection looked at.
    pub seen: u64,
    /// Records that the host made, and that are linked.
    pub created: u64,
    /// Records that the host had, and that are linked.
    pub linked: u64,
    /// Parties left out, by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Parties that could not be taken over: see the notes.
    pub failed: u64,
}

impl ImportTally {
    /// Counts a party that is left out.
    pub fn skip(&mut self, reason: SkipReason) {
        *self.skipped.entry(reason).or_default() += 1;
    }

    /// Parties left out in all.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped.values().sum()
    }

    /// Parties that are through.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.created + self.linked + self.failed + self.skipped()
    }

    fn add(&mut self, other: &Self) {
        self.seen += other.seen;
        self.created += other.created;
        self.linked += other.linked;
        self.failed += other.failed;
        for (reason, number) in &other.skipped {
            *self.skipped.entry(*reason).or_default() += number;
        }
    }
}

/// What became of one party, where that needs telling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportNote {
    /// The party.
    pub remote: RemoteId,
    /// Its name.
    pub name: String,
    /// Whether it failed; declined by the host otherwise.
    pub failed: bool,
    /// Why, one line.
    pub reason: String,
}

/// A step of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportStep {
    /// Whose it is: the progress' run.
    pub run: u64,
    /// How far the selection has been gone through; as before where absent.
    pub reached: Option<RemoteId>,
    /// Parties to look at in all, where that has become known.
    pub total: Option<u64>,
    /// Parties that are asked for now, in place of those before.
    pub asked: Vec<RemoteId>,
    /// What the step has come to.
    pub tally: ImportTally,
    /// Links of parties that the host has taken over.
    pub links: Vec<Link>,
    /// What needs telling.
    pub notes: Vec<ImportNote>,
    /// Whether nothing is left.
    pub ended: bool,
}

impl ImportProgress {
    /// Whether it is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.ended_at.is_some()
    }

    /// Under the next driver; `None` where it is over.
    #[must_use]
    pub fn taken(self) -> Option<Self> {
        (!self.is_over()).then(|| Self { run: self.run + 1, ..self })
    }

    /// After a step. An import that a person wants to end takes nothing more on: it is over with what had been asked for.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] where the step is of a driver that has been taken over; [`StoreError::Refused`] where the import
    /// is over.
    pub fn after(mut self, step: &ImportStep, now: DateTime<Utc>) -> Result<Self, StoreError> {
        if step.run != self.run {
            return Err(StoreError::Fenced);
        }
        if self.is_over() {
            return Err(nothing_under_way());
        }
        let before: BTreeSet<&RemoteId> = self.asked.iter().collect();
        let goes_on = step.asked.iter().all(|remote| before.contains(remote));
        self.tally.add(&step.tally);
        self.total = step.total.or(self.total);
        if self.cancelled && !goes_on {
            self.asked = Vec::new();
        } else {
            self.asked = step.asked.clone();
            self.reached = step.reached.clone().or(self.reached);
        }
        if self.asked.is_empty() && (step.ended || self.cancelled) {
            self.ended_at = Some(now);
        }
        Ok(self)
    }
}

/// The link that an import makes.
#[must_use]
pub fn imported(role: RecordKind, local: LocalId, party: &RemoteParty, now: DateTime<Utc>) -> Link {
    Link {
        key: RecordKey::new(role, local),
        remote: party.id.clone(),
        number: party.external_key.clone(),
        version: None,
        revision: None,
        fingerprint: None,
        party: None,
        status: if party.active { RemoteStatus::Open } else { RemoteStatus::Archived },
        totals: None,
        settled: None,
        seen_at: now,
        origin: LinkOrigin::Imported,
        url: None,
        settled_since: None,
        suppressed: party.party.do_not_send,
        merged_into: party.merged_into.clone(),
    }
}

/// The refusal of a second import of a role.
#[must_use]
pub fn import_under_way(role: RecordKind) -> StoreError {
    StoreError::Refused(format!("an import of {role}s is under way: resume it, or cancel it first"))
}

/// The refusal of a step of no import.
#[must_use]
pub fn nothing_under_way() -> StoreError {
    StoreError::Refused("no import is under way: begin one".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(seconds)
    }

    fn step(asked: &[&str]) -> ImportStep {
        ImportStep { asked: asked.iter().map(|id| RemoteId::from(*id)).collect(), ..ImportStep::default() }
    }

    #[test]
    fn f24_a_driver_that_was_taken_over_changes_nothing() {
        let progress = ImportProgress::default().taken().expect("under way");
        assert_eq!(progress.clone().after(&step(&[]), at(1)), Err(StoreError::Fenced));
        let over = progress.after(&ImportStep { run: 1, ended: true, ..step(&[]) }, at(1)).expect("its own");
        assert_eq!(over.ended_at, Some(at(1)));
        assert_eq!(over.clone().taken(), None);
        assert_eq!(over.after(&ImportStep { run: 1, ..step(&[]) }, at(2)), Err(nothing_under_way()));
    }

    #[test]
    fn a_cancelled_import_ends_with_what_was_asked_for_and_takes_nothing_on() {
        let asked = ImportProgress::default().after(&step(&["a", "b"]), at(1)).expect("asked");
        let cancelled = ImportProgress { cancelled: true, ..asked };
        let one_left = cancelled.after(&step(&["b"]), at(2)).expect("one is through");
        assert_eq!((one_left.asked.len(), one_left.ended_at), (1, None), "the host was asked for it");
        let more = ImportStep { reached: Some("c".into()), ..step(&["c"]) };
        let over = one_left.after(&more, at(3)).expect("through");
        assert_eq!((over.asked.len(), over.ended_at, over.reached), (0, Some(at(3)), None));
    }
}
