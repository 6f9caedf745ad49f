//! What the engine tells whoever watches.

use std::fmt;

use factory_accounting_core::code::Parked;
use factory_accounting_core::ids::{OperationId, RemoteId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::money::Totals;
use factory_accounting_core::provider::{CatalogueKind, RemoteStatus};
use factory_accounting_core::store::{ConnectionState, ImportTally, Link, Outcome};

/// Watches an engine. Called in line: return quickly.
pub trait Observer: Send + Sync + fmt::Debug {
    /// Something has happened. What it tells is durable already.
    fn observe(&self, event: &Event);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObserver;

impl Observer for NoObserver {
    fn observe(&self, _: &Event) {}
}

/// Verbs of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Verb {
    /// A write, for the first time.
    Write,
    /// The same bytes again, after doubt.
    Replay,
    /// A search by markers.
    Probe,
    /// A read by ids.
    Fetch,
    /// Changes.
    Changes,
    /// A page of a list.
    Catalogue,
    /// The organisation.
    Organisation,
    /// Attachments and notes.
    Files,
}

/// Something that has happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A verb of the provider was called: usually one request.
    Called {
        /// Which.
        verb: Verb,
        /// Kind of the records it was about.
        kind: Option<RecordKind>,
        /// How many records.
        members: usize,
    },
    /// An operation is over.
    Settled {
        /// The record.
        key: RecordKey,
        /// What people call it.
        name: String,
        /// How it ended.
        outcome: Outcome,
        /// Its link, where it was written or found.
        link: Option<Box<Link>>,
    },
    /// An operation waits for a person.
    Parked {
        /// The operation.
        operation: OperationId,
        /// The record.
        key: RecordKey,
        /// What people call it.
        name: String,
        /// The question.
        parked: Box<Parked>,
    },
    /// Nothing was written; it is tried again.
    Retrying {
        /// The record.
        key: RecordKey,
        /// Why, one line.
        error: String,
    },
    /// It is not known whether a record was written.
    InDoubt {
        /// The record.
        key: RecordKey,
        /// Why, one line.
        error: String,
    },
    /// It was proven that an earlier sending did not land; the record is sent anew.
    SentAnew {
        /// The record.
        key: RecordKey,
    },
    /// A record found in the books was recognised as ours.
    Adopted {
        /// The record.
        key: RecordKey,
    },
    /// The package reckoned otherwise than predicted.
    TotalsDiffer {
        /// The record.
        key: RecordKey,
        /// As predicted.
        predicted: Totals,
        /// As the package has it.
        echoed: Totals,
    },
    /// Somebody has changed a record in the package.
    Drift {
        /// The record.
        key: RecordKey,
        /// What, one line each.
        what: Vec<String>,
    },
    /// What a record is linked to was archived, merged or deleted there: another is to be linked (R29).
    LinkBroken {
        /// The record.
        key: RecordKey,
        /// The package's record.
        remote: RemoteId,
        /// Its state now.
        status: RemoteStatus,
        /// The record that it was merged into.
        merged_into: Option<RemoteId>,
    },
    /// A page of one of the package's lists was read and stored.
    ListPage {
        /// Which list.
        kind: CatalogueKind,
        /// Number of the page, counting from 1.
        page: u32,
        /// Entries on it.
        entries: usize,
        /// Whether it was the last.
        last: bool,
    },
    /// A page of a list is still awaited: told at least twice a second while it is, since packages limit how fast they are
    /// read.
    ListAwaited {
        /// Which list.
        kind: CatalogueKind,
        /// Number of the page, counting from 1.
        page: u32,
    },
    /// An import has come this far: at least twice a second while the host answers within that time.
    Import {
        /// Customers or suppliers.
        role: RecordKind,
        /// What it has come to.
        tally: ImportTally,
        /// Parties to look at in all, where that is known.
        total: Option<u64>,
        /// Whether it is over.
        over: bool,
    },
    /// A document was voided because it now belongs to another party, and is written anew for that one (L24).
    Retargeted {
        /// The record.
        key: RecordKey,
        /// The document that was voided, as the books hold it now.
        before: Box<Link>,
    },
    /// The connection's state has changed.
    Connection(ConnectionState),
}
