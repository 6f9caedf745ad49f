//! Counting what an engine does while it does it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use factory_accounting::engine::{Event, Observer, Ticket, Verb};
use factory_accounting::model::{Record, RecordKind};
use factory_accounting::store::Outcome;

use crate::progress::Progress;

/// What happened to the records of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindCount {
    /// Pushed by the host.
    pub pushed: u64,
    /// Of these, known already in this very state.
    pub known: u64,
    /// Created in the books.
    pub created: u64,
    /// Updated in the books.
    pub updated: u64,
    /// Found in the books as they should be.
    pub unchanged: u64,
    /// Voided in the books.
    pub voided: u64,
    /// Left in the host by a setting.
    pub left_out: u64,
    /// Requests made for them.
    pub calls: u64,
}

/// What happened in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metered {
    /// By kind.
    pub kinds: BTreeMap<RecordKind, KindCount>,
    /// Calls by verb.
    pub verbs: BTreeMap<Verb, u64>,
    /// Writes whose fate was not known at first.
    pub doubts: u64,
    /// Records that were found in the books after a doubt.
    pub adopted: u64,
    /// Records that were sent anew after it was proven that they were not in the books.
    pub anew: u64,
    /// Writes that were refused for the moment and tried again.
    pub retries: u64,
    /// Documents whose totals the package reckoned otherwise than predicted.
    pub differing: Vec<String>,
}

impl Metered {
    /// Calls in all.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.verbs.values().sum()
    }

    /// Records created in the books.
    #[must_use]
    pub fn created(&self) -> u64 {
        self.kinds.values().map(|kind| kind.created).sum()
    }

    /// Records changed in the books in any way.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.kinds.values().map(|kind| kind.created + kind.updated + kind.voided).sum()
    }
}

/// The observer: counts, and moves the progress bar on.
#[derive(Debug, Default)]
pub struct Meter {
    counted: Mutex<Metered>,
    progress: Option<Progress>,
}

impl Meter {
    /// A meter that moves a bar.
    #[must_use]
    pub fn with_progress(progress: Progress) -> Self {
        Self { counted: Mutex::default(), progress: Some(progress) }
    }

    /// Counts what the host has just pushed, and what the engine made of it at once.
    pub fn pushed(&self, records: &[Record], tickets: &[Ticket]) {
        let mut counted = self.counted();
        let mut fresh = 0;
        for (record, ticket) in records.iter().zip(tickets) {
            let kind = counted.kinds.entry(record.kind()).or_default();
            kind.pushed += 1;
            if !ticket.new {
                kind.known += 1;
            } else if ticket.skipped.is_some() {
                kind.left_out += 1;
            } else if ticket.parked.is_none() {
                fresh += 1;
            }
            if let Record::CreditNote(note) = record {
                let parts = note.allocations.len() as u64;
                let allocations = counted.kinds.entry(RecordKind::Allocation).or_default();
                allocations.pushed += parts;
                if ticket.new {
                    fresh += parts;
                } else {
                    allocations.known += parts;
                }
            }
        }
        drop(counted);
        if let Some(progress) = &self.progress {
            progress.expect(fresh);
        }
    }

    /// Takes the bar away, so that a report can follow.
    pub fn finish(&self) {
        if let Some(progress) = &self.progress {
            progress.clear();
        }
    }

    /// What was counted so far.
    pub fn read(&self) -> Metered {
        self.counted().clone()
    }

    fn counted(&self) -> MutexGuard<'_, Metered> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Meter {
    fn observe(&self, event: &Event) {
        let mut counted = self.counted();
        match event {
            Event::Called { verb, kind, .. } => {
                *counted.verbs.entry(*verb).or_default() += 1;
                if let Some(kind) = kind {
                    counted.kinds.entry(*kind).or_default().calls += 1;
                }
            }
            Event::Settled { key, outcome, .. } => {
                let kind = counted.kinds.entry(key.kind).or_default();
                match outcome {
                    Outcome::Created => kind.created += 1,
                    Outcome::Updated => kind.updated += 1,
                    Outcome::Unchanged => kind.unchanged += 1,
                    Outcome::Voided => kind.voided += 1,
                    Outcome::Skipped { .. } => kind.left_out += 1,
                    _ => {}
                }
            }
            Event::InDoubt { .. } => counted.doubts += 1,
            Event::Adopted { .. } => counted.adopted += 1,
            Event::SentAnew { .. } => counted.anew += 1,
            Event::Retrying { .. } => counted.retries += 1,
            Event::TotalsDiffer { key, predicted, echoed } => {
                counted.differing.push(format!("{key}: predicted {predicted}, answered {echoed}"));
            }
            _ => {}
        }
        drop(counted);
        if let (Event::Settled { .. } | Event::Parked { .. }, Some(progress)) = (event, &self.progress) {
            progress.step();
        }
    }
}
