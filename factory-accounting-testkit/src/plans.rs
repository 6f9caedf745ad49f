//! Planned records as the engine hands them to a provider: for tests of what it writes for them.

use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::planned::{Changes, Content, Planned};
use factory_accounting_core::provider::{Intent, ProbeTarget, RemoteRecord, WriteBatch};

/// The host's record `local-1` of a kind, told to people by `name`, which is its marker in the books too. It is new, and
/// all of it is to be written.
#[must_use]
pub fn planned(kind: RecordKind, name: &str, content: Content) -> Planned {
    Planned {
        key: RecordKey::new(kind, "local-1"),
        name: name.to_owned(),
        content,
        base: None,
        changes: Changes::ALL,
        probe: ProbeTarget::new(kind, name),
    }
}

/// The same to update or to void, over the record as it was just read.
#[must_use]
pub fn based(mut planned: Planned, base: RemoteRecord) -> Planned {
    planned.base = Some(Box::new(base));
    planned
}

/// A write of these members under the key `k-1`, of the kind of the first; of none it is a write of invoices.
#[must_use]
pub fn batch(intent: Intent, members: Vec<Planned>) -> WriteBatch {
    let kind = members.first().map_or(RecordKind::Invoice, |planned| planned.key.kind);
    WriteBatch { kind, intent, key: "k-1".to_owned(), members }
}
