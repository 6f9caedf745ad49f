//! What a person decides about what waits.

use factory_accounting_core::code::Code;
use factory_accounting_core::ids::{OperationId, RemoteId};
use factory_accounting_core::plan::{self, Subject};
use factory_accounting_core::provider::{RemoteRecord, RemoteStatus};
use factory_accounting_core::rules::{self, Answer};
use factory_accounting_core::store::{
    Decision, Link, LinkOrigin, Operation, OperationQuery, OperationState, RecordedDecision, StateFilter,
};

use crate::engine::{Engine, EngineError, Inner};

impl Engine {
    /// Answers a parked operation. `by` is recorded with it.
    ///
    /// # Errors
    /// [`EngineError::NotAnAnswer`] where the question does not take the decision (see
    /// [`rules::answers`]); refused where the operation is not parked, or where the record to adopt does not exist.
    pub async fn decide(&self, operation: OperationId, decision: Decision, by: &str) -> Result<(), EngineError> {
        let inner = &self.inner;
        let mut looked_at = Vec::new();
        let parked = self.parked(operation).await?;
        let about = parked.as_ref().and_then(asked);
        let answer = Answer::of(&decision);
        if let Some(code) = about.filter(|code| !rules::takes(*code, answer)) {
            return Err(EngineError::NotAnAnswer { code, answer });
        }
        let link = match &decision {
            Decision::Adopt { remote } => Some(self.adoptable(operation, parked, remote).await?),
            Decision::Retry => {
                looked_at = self.look_at_needs(parked).await?;
                None
            }
            _ => None,
        };
        inner.record(operation, about, decision, by, link).await?;
        // Behind the decision, for what is in use again wakes all that wait for it, this one too.
        for (link, record) in looked_at {
            self.note_seen(link, &record).await?;
        }
        inner.bell.ring();
        Ok(())
    }

    /// What was archived or voided when a document was parked may have been restored since: sending it again looks anew.
    async fn look_at_needs(&self, parked: Option<Operation>) -> Result<Vec<(Link, RemoteRecord)>, EngineError> {
        let inner = &self.inner;
        let mut looked_at = Vec::new();
        let Some(operation) = parked else { return Ok(looked_at) };
        let OperationState::Parked { parked } = &operation.state else { return Ok(looked_at) };
        if !matches!(parked.code, Code::PartyArchived | Code::RemoteGone) && parked.until_linked.is_none() {
            return Ok(looked_at);
        }
        let Ok(subject) = Subject::of(&operation) else { return Ok(looked_at) };
        let needs = plan::references(&subject);
        for link in inner.links_of(needs).await?.into_values() {
            // What is not there at all any more is asked about anew when it is planned.
            if link.status != RemoteStatus::Open
                && let Some(record) = inner.fetch_one(link.key.kind, &link.remote).await?
            {
                looked_at.push((link, record));
            }
        }
        Ok(looked_at)
    }

    /// A parked operation by its id.
    async fn parked(&self, id: OperationId) -> Result<Option<Operation>, EngineError> {
        let inner = &self.inner;
        let query = OperationQuery {
            states: vec![StateFilter::Parked],
            after: Some(OperationId(id.0.saturating_sub(1))),
            limit: 1,
            ..OperationQuery::default()
        };
        let found = inner.store.operations(&inner.connection, query).await?.pop();
        Ok(found.filter(|operation| operation.id == id))
    }

    async fn adoptable(
        &self,
        id: OperationId,
        parked: Option<Operation>,
        remote: &RemoteId,
    ) -> Result<Link, EngineError> {
        let inner = &self.inner;
        let operation = parked.ok_or_else(|| {
            EngineError::Refused(format!("operation {id} does not wait for a decision: look at the list anew"))
        })?;
        let record = self.read_remote(operation.key.kind, remote).await?;
        let link = crate::sending::link_from(&operation, &record, None, LinkOrigin::Adopted, None, inner.now());
        Ok(Link { revision: None, ..link })
    }
}

/// The code of the question that an operation is.
pub(crate) fn asked(operation: &Operation) -> Option<Code> {
    match &operation.state {
        OperationState::Parked { parked } => Some(parked.code),
        _ => None,
    }
}

impl Inner {
    /// Stores a decision about a question; `link` is what it ties the record to.
    pub(crate) async fn record(
        &self,
        operation: OperationId,
        about: Option<Code>,
        decision: Decision,
        by: &str,
        link: Option<Link>,
    ) -> Result<(), EngineError> {
        let recorded = RecordedDecision { decision, by: by.to_owned(), at: self.now(), about };
        Ok(self.store.decide(&self.connection, operation, recorded, link).await?)
    }
}
