//! What a person sees and decides.

use factory_accounting_core::code::{Code, Parked};
use factory_accounting_core::ids::{LocalId, OperationId, RemoteId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::plan::{self, Subject};
use factory_accounting_core::provider::{RemoteRecord, RemoteStatus};
use factory_accounting_core::rules::{self, EditLock, OrderProgress, VoidForm};
use factory_accounting_core::store::{
    Counts, Decision, Goal, Link, LinkOrigin, Operation, OperationQuery, OperationState, Outcome, RecordedDecision,
    StateFilter,
};

use crate::engine::{Engine, EngineError};
use crate::event::Verb;

/// How fresh an answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// As last seen; no call.
    Stored,
    /// As the package says now; one call.
    Now,
}

/// Where a record stands, in the words of a status column.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RecordStatus {
    /// Never pushed, or held until something needs it.
    NotSent,
    /// Not to be sent.
    Skipped {
        /// Why.
        reason: String,
    },
    /// In the queue.
    Queued {
        /// Records that it waits for.
        waits_for: Vec<RecordKey>,
        /// The last failure, one line.
        last_error: Option<String>,
    },
    /// Being sent, or sent with an answer that was lost and is being found out about.
    Sending,
    /// In the books.
    Sent(Box<Link>),
    /// Waits for a person.
    NeedsAttention {
        /// The operation to decide on.
        operation: OperationId,
        /// The question.
        parked: Box<Parked>,
    },
    /// Voided by us.
    Voided,
    /// Deleted or voided in the package by somebody else.
    DeletedThere(Box<Link>),
}

impl Engine {
    /// Where a record stands.
    pub async fn status(&self, key: &RecordKey) -> Result<RecordStatus, EngineError> {
        let link = self.inner.link_of(key).await?;
        let Some(operation) = self.inner.newest(key).await? else {
            return Ok(link.map_or(RecordStatus::NotSent, |link| RecordStatus::Sent(Box::new(link))));
        };
        Ok(match operation.state {
            OperationState::Held => RecordStatus::NotSent,
            OperationState::Queued => {
                RecordStatus::Queued { waits_for: operation.waits_for, last_error: operation.last_error }
            }
            OperationState::Sending { .. } => RecordStatus::Sending,
            OperationState::Parked { parked } => {
                RecordStatus::NeedsAttention { operation: operation.id, parked: Box::new(parked) }
            }
            OperationState::Done { outcome } => match (outcome, link) {
                (_, Some(link)) if link.status.is_gone() && operation.goal == Goal::Present => {
                    RecordStatus::DeletedThere(Box::new(link))
                }
                (Outcome::Voided, _) => RecordStatus::Voided,
                (Outcome::Skipped { reason }, None) => RecordStatus::Skipped { reason },
                (_, Some(link)) => RecordStatus::Sent(Box::new(link)),
                (_, None) => RecordStatus::NotSent,
            },
            _ => RecordStatus::NotSent,
        })
    }

    /// Operations that wait for a person, oldest first.
    pub async fn attention(&self) -> Result<Vec<Operation>, EngineError> {
        self.operations(&[StateFilter::Parked]).await
    }

    /// Operations in some states, oldest first.
    pub async fn operations(&self, states: &[StateFilter]) -> Result<Vec<Operation>, EngineError> {
        self.inner.operations(states).await
    }

    /// How many operations of each kind are in which state.
    pub async fn counts(&self) -> Result<Counts, EngineError> {
        Ok(self.inner.store.counts(&self.inner.connection).await?)
    }

    /// Answers a parked operation. `by` is recorded with it.
    ///
    /// # Errors
    /// Refused where the operation is not parked, or where the record to adopt does not exist.
    pub async fn decide(&self, operation: OperationId, decision: Decision, by: &str) -> Result<(), EngineError> {
        let inner = &self.inner;
        let link = match &decision {
            Decision::Adopt { remote } => Some(self.adoptable(operation, remote).await?),
            Decision::Retry => {
                self.look_at_needs(operation).await?;
                None
            }
            _ => None,
        };
        let recorded = RecordedDecision { decision, by: by.to_owned(), at: inner.now() };
        Ok(inner.store.decide(&inner.connection, operation, recorded, link).await?)
    }

    /// What was archived or voided when a document was parked may have been restored since: sending it again looks anew.
    async fn look_at_needs(&self, id: OperationId) -> Result<(), EngineError> {
        let inner = &self.inner;
        let Some(operation) = self.parked(id).await? else { return Ok(()) };
        let OperationState::Parked { parked } = &operation.state else { return Ok(()) };
        if !matches!(parked.code, Code::PartyArchived | Code::RemoteGone) {
            return Ok(());
        }
        let Ok(subject) = Subject::of(&operation) else { return Ok(()) };
        let needs = plan::references(&subject);
        for link in inner.store.links(&inner.connection, &needs).await?.into_iter().flatten() {
            if link.status != RemoteStatus::Open {
                self.look_again(link).await?;
            }
        }
        Ok(())
    }

    /// A parked operation by its id.
    async fn parked(&self, id: OperationId) -> Result<Option<Operation>, EngineError> {
        let inner = &self.inner;
        let query = OperationQuery {
            states: vec![StateFilter::Parked],
            after: Some(OperationId(id.0.saturating_sub(1))),
            limit: 1,
            key: None,
        };
        let found = inner.store.operations(&inner.connection, query).await?.pop();
        Ok(found.filter(|operation| operation.id == id))
    }

    async fn adoptable(&self, id: OperationId, remote: &RemoteId) -> Result<Link, EngineError> {
        let inner = &self.inner;
        let operation = self.parked(id).await?.ok_or_else(|| {
            EngineError::Refused(format!("operation {id} does not wait for a decision: look at the list anew"))
        })?;
        let record = self.read_remote(operation.key.kind, remote).await?;
        let link = crate::sending::link_from(&operation, &record, None, LinkOrigin::Adopted, None, inner.now());
        Ok(Link { revision: None, ..link })
    }

    /// Ties a record of the host to one of the package by hand (F15), in place of an earlier tie (F16, F17). Documents that
    /// were parked for want of it go on; documents already sent stay as they are.
    ///
    /// # Errors
    /// Refused where the package record is tied to another record of the same kind already, unless they are products (F40).
    pub async fn link(&self, key: RecordKey, remote: RemoteId) -> Result<Link, EngineError> {
        let inner = &self.inner;
        let record = self.read_remote(key.kind, &remote).await?;
        let link = Link {
            remote: record.id.clone(),
            number: record.number.clone(),
            version: record.version.clone(),
            revision: None,
            fingerprint: None,
            party: record.party.clone(),
            status: record.status.clone(),
            totals: record.totals,
            settled: record.settled,
            seen_at: inner.now(),
            origin: LinkOrigin::ByHand,
            url: record.link.clone(),
            settled_since: None,
            suppressed: false,
            key,
        };
        inner.store.put_link(&inner.connection, link.clone(), inner.now()).await?;
        Ok(link)
    }

    /// Forgets the tie of a record. What is in the books stays there.
    pub async fn unlink(&self, key: &RecordKey) -> Result<(), EngineError> {
        Ok(self.inner.store.remove_link(&self.inner.connection, key).await?)
    }

    /// Whether lines and prices of a document are locked because something has been applied to it in the package (F82): why,
    /// since when, and how fresh that knowledge is. For an order the invoices that bill it count too.
    pub async fn edit_lock(&self, key: &RecordKey, freshness: Freshness) -> Result<Option<EditLock>, EngineError> {
        let inner = &self.inner;
        let mut keys = vec![key.clone()];
        if key.kind == RecordKind::Order {
            let invoices = inner.store.progress(&inner.connection, key).await?;
            keys.extend(invoices.into_iter().map(|invoice| invoice.key));
        }
        let links = inner.store.links(&inner.connection, &keys).await?;
        for mut link in links.into_iter().flatten() {
            if freshness == Freshness::Now {
                link = self.look_again(link).await?;
            }
            let lock = rules::edit_lock(
                link.key.kind,
                &link.status,
                link.settled.as_ref(),
                inner.facts().await?.organisation.currency,
                link.seen_at,
                inner
                    .provider
                    .capabilities()
                    .of(link.key.kind)
                    .map_or(factory_accounting_core::capability::Editable::Nothing, |capability| {
                        capability.editable_when_settled
                    }),
            );
            if let Some(lock) = lock {
                return Ok(Some(EditLock { since: link.settled_since, ..lock }));
            }
        }
        Ok(None)
    }

    /// Whether and how a document can be voided, asked of the package before the host changes its own state (R2).
    ///
    /// # Errors
    /// The inner error is the refusal, with amount, currency and remedy.
    pub async fn may_void(&self, key: &RecordKey) -> Result<Result<VoidForm, Parked>, EngineError> {
        let link = self.inner.link_of(key).await?.ok_or_else(|| EngineError::NotLinked(key.clone()))?;
        let record = self.read_remote(key.kind, &link.remote).await;
        let record = match record {
            Ok(record) => record,
            Err(EngineError::Refused(_)) => return Ok(Ok(VoidForm::AlreadyDone)),
            Err(other) => return Err(other),
        };
        let currency = match record.currency {
            Some(currency) => currency,
            None => self.inner.facts().await?.organisation.currency,
        };
        Ok(rules::may_void(key.kind, &record.status, record.settled.as_ref(), currency))
    }

    /// How much of an order is invoiced and how much remains, before tax (F58, L8).
    ///
    /// # Errors
    /// [`EngineError::Unknown`] where the order has never been pushed.
    pub async fn order_progress(&self, order: &LocalId) -> Result<OrderProgress, EngineError> {
        let inner = &self.inner;
        let key = RecordKey::new(RecordKind::Order, order.clone());
        let operation = self.inner.newest(&key).await?.ok_or_else(|| EngineError::Unknown(key.clone()))?;
        let invoices = inner.store.progress(&inner.connection, &key).await?;
        Ok(rules::order_progress(operation.net.unwrap_or_default(), &invoices))
    }

    async fn look_again(&self, link: Link) -> Result<Link, EngineError> {
        let inner = &self.inner;
        let record = self.read_remote(link.key.kind, &link.remote).await?;
        // Read once more: what a round has written into the link meanwhile must stay.
        let Some(link) = inner.link_of(&link.key).await?.filter(|now| now.remote == link.remote) else {
            return Ok(link);
        };
        let now = Link {
            status: record.status,
            party: record.party.or_else(|| link.party.clone()),
            totals: record.totals,
            settled: record.settled,
            version: record.version,
            seen_at: inner.now(),
            ..link.clone()
        };
        let link = now.settled_since(Some(&link));
        inner.store.put_link(&inner.connection, link.clone(), inner.now()).await?;
        Ok(link)
    }

    async fn read_remote(&self, kind: RecordKind, remote: &RemoteId) -> Result<RemoteRecord, EngineError> {
        let inner = &self.inner;
        inner.called(Verb::Fetch, Some(kind), 1);
        let found = inner.provider.fetch(kind, std::slice::from_ref(remote)).await?.pop().flatten();
        found.ok_or_else(|| {
            EngineError::Refused(format!(
                "{} has no {kind} {remote}: {}",
                inner.package_title(),
                Code::RemoteGone.remedy()
            ))
        })
    }
}
