//! Which of the package's customers and suppliers one of the host's may be. Suggestions write nothing (R9, R37).

use factory_accounting_core::matching::{MatchKeys, Suggestion, suggest};
use factory_accounting_core::model::{Party, Record, RecordKey};
use factory_accounting_core::plan::{self, Subject};
use factory_accounting_core::provider::{CatalogueEntry, CatalogueKind, RemoteParty};
use factory_accounting_core::store::{Link, Operation};

use crate::engine::{Engine, EngineError};

impl Engine {
    /// The records of the package that a customer or supplier may be, the best first, at most `limit`: by key, tax number,
    /// e-mail, phone and name, each with a score and its reasons. Several good ones are several: a person chooses, and
    /// confirms with [`relink`](Self::relink). Those that are out of use are told as such, those that are tied to another
    /// record of the host with its key.
    ///
    /// # Errors
    /// [`EngineError::Unknown`] where the record has never been pushed: see [`suggestions_of`](Self::suggestions_of). Refused
    /// where it is neither a customer nor a supplier.
    pub async fn suggestions(&self, key: &RecordKey, limit: usize) -> Result<Vec<Suggestion>, EngineError> {
        let newest = self.inner.newest(key).await?.ok_or_else(|| EngineError::Unknown(key.clone()))?;
        self.suggestions_for(&newest, limit).await
    }

    /// The same for a customer or supplier that need not have been pushed.
    ///
    /// # Errors
    /// Refused where the record is neither.
    pub async fn suggestions_of(&self, record: &Record, limit: usize) -> Result<Vec<Suggestion>, EngineError> {
        let (Record::Customer(party) | Record::Supplier(party)) = record else {
            let what = record.kind();
            return Err(EngineError::Refused(format!("a {what} is neither a customer nor a supplier")));
        };
        self.suggestions_like(&record.key(), party, limit).await
    }

    pub(crate) async fn suggestions_for(
        &self,
        operation: &Operation,
        limit: usize,
    ) -> Result<Vec<Suggestion>, EngineError> {
        match Subject::of(operation) {
            Ok(Subject::Record(record)) => self.suggestions_of(&record, limit).await,
            _ => Err(EngineError::Refused(format!("{} cannot be read: push it again", operation.key))),
        }
    }

    async fn suggestions_like(
        &self,
        key: &RecordKey,
        party: &Party,
        limit: usize,
    ) -> Result<Vec<Suggestion>, EngineError> {
        let inner = &self.inner;
        let capabilities = inner.provider.capabilities();
        let keys = MatchKeys::of(key.kind, party, Some(plan::external_key(key, capabilities)));
        let candidates = self.candidates_for(&keys).await?;
        let mut suggestions = suggest(&keys, &candidates, capabilities.separate_roles, limit);
        let remotes: Vec<_> = suggestions.iter().map(|one| one.remote.clone()).collect();
        let ties: Vec<Link> = inner.store.links_to(&inner.connection, &remotes).await?;
        for suggestion in &mut suggestions {
            let tie =
                ties.iter().find(|tie| tie.remote == suggestion.remote && tie.key.kind == key.kind && tie.key != *key);
            suggestion.taken_by = tie.map(|tie| tie.key.clone());
        }
        Ok(suggestions)
    }

    /// Parties of the package that may share a key, or most of a name: here all that the list has, as last read, or read now
    /// where it never was.
    async fn candidates_for(&self, _keys: &MatchKeys) -> Result<Vec<RemoteParty>, EngineError> {
        let inner = &self.inner;
        let listed = inner.store.catalogue(&inner.connection, CatalogueKind::Parties).await?;
        let entries = match listed {
            Some((_, entries)) => entries,
            None => {
                self.read_parties().await?;
                let read = inner.store.catalogue(&inner.connection, CatalogueKind::Parties).await?;
                read.map(|(_, entries)| entries).unwrap_or_default()
            }
        };
        let parties = entries.into_iter().filter_map(|entry| match entry {
            CatalogueEntry::Party(party) => Some(*party),
            _ => None,
        });
        Ok(parties.collect())
    }
}
