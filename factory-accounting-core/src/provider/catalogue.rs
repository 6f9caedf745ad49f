//! Asking for one of the package's lists, and what comes back.

use chrono::{DateTime, Utc};

use super::lists::{CatalogueEntry, CatalogueKind};

/// Which page of which list, and whether all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CatalogueRequest {
    /// The list.
    pub kind: CatalogueKind,
    /// The page, counting from 1.
    pub page: u32,
    /// Only what has changed since this instant, where the package can tell: the capabilities' `incremental_lists`. The
    /// provider goes back as far beyond it as its package's clock and habits need, so that entries may come that have not
    /// changed.
    pub since: Option<DateTime<Utc>>,
}

impl CatalogueRequest {
    /// A page of a whole list.
    #[must_use]
    pub fn new(kind: CatalogueKind, page: u32) -> Self {
        Self { kind, page, since: None }
    }

    /// Only what has changed since an instant: when the last reading began.
    #[must_use]
    pub fn since(self, since: Option<DateTime<Utc>>) -> Self {
        Self { since, ..self }
    }

    /// The next page of the same.
    #[must_use]
    pub fn next(self) -> Self {
        Self { page: self.page.saturating_add(1), ..self }
    }

    /// The instant, where the list is one of those that can be asked for by it.
    #[must_use]
    pub fn since_within(&self, incremental: &[CatalogueKind]) -> Option<DateTime<Utc>> {
        self.since.filter(|_| incremental.contains(&self.kind))
    }
}

/// A page of a list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CataloguePage {
    /// Entries, those that are not in use any more among them.
    pub entries: Vec<CatalogueEntry>,
    /// Whether there is a next page.
    pub more: bool,
    /// Whether the pages together are the whole list. Then, and only then, what is not on them is gone: of what was deleted
    /// outright, changes alone tell nothing.
    pub complete: bool,
}

impl CataloguePage {
    /// A page of the whole list.
    #[must_use]
    pub fn new(entries: Vec<CatalogueEntry>, more: bool) -> Self {
        Self { entries, more, complete: true }
    }

    /// Nothing more of the whole list.
    #[must_use]
    pub fn end() -> Self {
        Self::new(Vec::new(), false)
    }

    /// The same as an answer to what was asked for: of a list by an instant, it holds what has changed and no more.
    #[must_use]
    pub fn of(self, since: Option<DateTime<Utc>>) -> Self {
        Self { complete: since.is_none(), ..self }
    }
}
