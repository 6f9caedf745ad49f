//! Which of the package's customers and suppliers one of the host's may be. Suggestions write nothing (R9, R37).

use std::collections::BTreeMap;

use factory_accounting_core::matching::{MatchKeys, Suggestion, suggest};
use factory_accounting_core::model::{Party, Record, RecordKey};
use factory_accounting_core::plan::{self, Subject};
use factory_accounting_core::provider::{CatalogueKind, RemoteParty};
use factory_accounting_core::store::{CandidateQuery, Link, Operation};

use crate::engine::{Engine, EngineError};
use crate::links::anothers;

/// Parties that are looked at for one word of a name.
const ALIKE: usize = 100;

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
        match Subject::record_of(operation) {
            Some(record) => self.suggestions_of(&record, limit).await,
            None => Err(EngineError::Refused(format!("{} cannot be read: push it again", operation.key))),
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
            suggestion.taken_by = anothers(&ties, &suggestion.remote, key).cloned();
        }
        Ok(suggestions)
    }

    /// Parties of the package that may be meant, as last read, or read now where they never were: those that share a key, and
    /// those of which a word of the name begins alike, a hundred of each at most.
    async fn candidates_for(&self, keys: &MatchKeys) -> Result<Vec<RemoteParty>, EngineError> {
        let inner = &self.inner;
        if inner.store.list_state(&inner.connection, CatalogueKind::Parties).await?.read_at.is_none() {
            self.read_lists(&[CatalogueKind::Parties]).await?;
        }
        let mut found = BTreeMap::new();
        for shared in keys.each() {
            let alike = inner.store.parties_like(&inner.connection, &shared).await?;
            found.extend(alike.into_iter().map(|party| (party.id.clone(), party)));
        }
        for search in keys.beginnings() {
            let query = CandidateQuery { search, limit: ALIKE, ..CandidateQuery::new(keys.role) };
            let page = inner.store.candidates(&inner.connection, query).await?;
            found.extend(page.rows.into_iter().map(|one| (one.party.id.clone(), one.party)));
        }
        Ok(found.into_values().collect())
    }
}
