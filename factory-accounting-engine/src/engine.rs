//! The engine, how it is built, and what it remembers between rounds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use factory_accounting_core::clock::Clock;
use factory_accounting_core::code::Code;
use factory_accounting_core::error::ProviderError;
use factory_accounting_core::ids::{ConnectionId, OrganisationId, RemoteId, WorkerId};
use factory_accounting_core::model::{RecordKey, RecordKind};
use factory_accounting_core::numbers::NumberError;
use factory_accounting_core::onboarding::NoStep;
use factory_accounting_core::plan::{Backoff, Catalogue, Context};
use factory_accounting_core::preview::Moved;
use factory_accounting_core::provider::{AccountingProvider, CatalogueKind, Organisation};
use factory_accounting_core::rules::{self, Answer};
use factory_accounting_core::settings::{Settings, SettingsIssue};
use factory_accounting_core::store::{Decision, Link, Operation, StoreError, SyncStore};

use crate::bell::Bell;
use crate::event::{Event, NoObserver, Observer, Verb};
use crate::surroundings::Surroundings;
use crate::turns::Turns;

/// Why the engine could not do what was asked. What becomes of single records is never an error of the engine: it is in
/// their state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The store failed; nothing of the verb has happened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The package failed or refused.
    #[error("failed to reach the accounting package: {0}")]
    Provider(#[from] ProviderError),
    /// [`Engine::connect`] has not succeeded yet.
    #[error("the connection has not been opened: connect first")]
    NotConnected,
    /// The sign-in was for another organisation than the connection is pinned to (R55).
    #[error(
        "this connection belongs to organisation {expected}, but the sign-in was for {found} ({name}): sign in to the first; or open a new connection for the second, link its customers and suppliers there, and adopt the documents that are in its books"
    )]
    OtherOrganisation {
        /// As pinned.
        expected: OrganisationId,
        /// As signed in.
        found: OrganisationId,
        /// Name of the one signed in to.
        name: String,
    },
    /// The record is not linked to the package.
    #[error("{0} is not linked to a record of the accounting package: link or push it first")]
    NotLinked(RecordKey),
    /// The host does not know the record under this key.
    #[error("{0} has never been pushed")]
    Unknown(RecordKey),
    /// A number is not to be had, or not to be used.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The package's record is tied to another record of the host already (uniqueness per kind).
    #[error("{key} cannot be linked to {remote}: {owner} is linked to it; relink or unlink that one first")]
    LinkTaken {
        /// The record that was to be tied.
        key: RecordKey,
        /// The package's record.
        remote: RemoteId,
        /// Whose it is.
        owner: RecordKey,
    },
    /// Whoever signed in may not connect the company (F3, L13).
    #[error("the sign-in may not do this: {0}: have an administrator of the company sign in")]
    InsufficientRole(ProviderError),
    /// The step of setting up cannot be taken (F4, F35).
    #[error(transparent)]
    Onboarding(#[from] NoStep),
    /// Settings are not saved, for documents could not be sent with them; nothing of them is.
    #[error("the settings are not saved: {}", SettingsIssue::summary(.0))]
    Settings(Vec<SettingsIssue>),
    /// What a plan was made from has moved since.
    #[error("{record} is not sent as planned: {}: plan it anew", Moved::summary(moved))]
    PlanOutdated {
        /// The record.
        record: RecordKey,
        /// What has moved.
        moved: Vec<Moved>,
    },
    /// A question does not take this answer.
    #[error("{code} does not take the answer {answer:?}: {}", offered(*code))]
    NotAnAnswer {
        /// The question.
        code: Code,
        /// What was answered.
        answer: Answer,
    },
    /// What was asked makes no sense here.
    #[error("{0}")]
    Refused(String),
}

fn offered(code: Code) -> String {
    let answers: Vec<&str> = rules::answers(code).into_iter().map(Answer::label).collect();
    format!("choose one of {}", answers.join(", "))
}

/// How an engine works.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EngineConfig {
    /// Most operations per round.
    pub round: usize,
    /// How long a round may hold the connection without another worker stepping in.
    pub lease: Duration,
    /// Waits between tries.
    pub backoff: Backoff,
    /// How often a claim may come to nothing before the operation is parked as poison.
    pub max_claims: u32,
    /// How often a write that provably did not land is sent anew before a person must look.
    pub max_generations: u32,
    /// How old the remembered lists of the package may be.
    pub remember: Duration,
    /// How old a stored list may be before [`Engine::refresh_due`] reads it anew (F106).
    pub refresh_every: Duration,
    /// How long after its beginning a reading that was cut off goes on where it stopped. Later it begins anew, for the
    /// package's pages will have moved.
    pub resume_reading: Duration,
    /// How old the last reading of a whole list may be before what has changed since is no longer enough, because only a
    /// whole one finds what was deleted outright.
    pub reread_every: Duration,
    /// Where the pages about codes are: a code is put behind it to make a link for a person (F111).
    pub help: Option<String>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            // A multiple of the usual sizes of a batch, so that batches leave full.
            round: 300,
            lease: Duration::from_secs(10 * 60),
            backoff: Backoff::default(),
            max_claims: 8,
            max_generations: 5,
            remember: Duration::from_secs(60),
            refresh_every: Duration::from_secs(24 * 60 * 60),
            resume_reading: Duration::from_secs(60 * 60),
            reread_every: Duration::from_secs(7 * 24 * 60 * 60),
            help: None,
        }
    }
}

/// Keeps one organisation's books in step with what the host pushes. Clones share everything.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) connection: ConnectionId,
    pub(crate) worker: WorkerId,
    pub(crate) provider: Arc<dyn AccountingProvider>,
    pub(crate) store: Arc<dyn SyncStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) config: EngineConfig,
    pub(crate) turns: Turns,
    pub(crate) bell: Bell,
    facts: Mutex<Option<Arc<Facts>>>,
}

/// What planning needs from the store and changes seldom.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) settings: Arc<Settings>,
    /// Version of the settings; 0 before any were saved.
    pub(crate) settings_version: u64,
    pub(crate) organisation: Organisation,
    pub(crate) catalogue: Catalogue,
    loaded_at: chrono::DateTime<chrono::Utc>,
}

impl Facts {
    /// The same with other settings, which nobody has saved.
    pub(crate) fn under(&self, settings: &Settings) -> Self {
        Self { settings: Arc::new(settings.clone()), ..self.clone() }
    }
}

/// Builds an [`Engine`].
#[derive(Debug)]
#[must_use]
pub struct EngineBuilder {
    connection: ConnectionId,
    worker: WorkerId,
    provider: Arc<dyn AccountingProvider>,
    store: Arc<dyn SyncStore>,
    clock: Arc<dyn Clock>,
    observer: Arc<dyn Observer>,
    config: EngineConfig,
}

impl EngineBuilder {
    /// Names the worker. Two processes that act for one connection need two names; a process that restarts may keep its own
    /// and then need not wait for its old lease to run out.
    pub fn worker(mut self, worker: impl Into<WorkerId>) -> Self {
        self.worker = worker.into();
        self
    }

    /// Has somebody watch.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// Changes how the engine works.
    pub fn config(mut self, config: EngineConfig) -> Self {
        self.config = config;
        self
    }

    /// The engine.
    #[must_use]
    pub fn build(self) -> Engine {
        Engine {
            inner: Arc::new(Inner {
                connection: self.connection,
                worker: self.worker,
                provider: self.provider,
                store: self.store,
                clock: self.clock,
                observer: self.observer,
                config: self.config,
                turns: Turns::default(),
                bell: Bell::default(),
                facts: Mutex::new(None),
            }),
        }
    }
}

impl Engine {
    /// Begins an engine for one connection over its provider, a store and a clock.
    pub fn builder(
        connection: ConnectionId,
        provider: Arc<dyn AccountingProvider>,
        store: Arc<dyn SyncStore>,
        clock: Arc<dyn Clock>,
    ) -> EngineBuilder {
        EngineBuilder {
            connection,
            worker: WorkerId::new("worker"),
            provider,
            store,
            clock,
            observer: Arc::new(NoObserver),
            config: EngineConfig::default(),
        }
    }

    /// The connection that it acts for.
    #[must_use]
    pub fn connection(&self) -> &ConnectionId {
        &self.inner.connection
    }

    /// The provider that it acts through.
    #[must_use]
    pub fn provider(&self) -> &Arc<dyn AccountingProvider> {
        &self.inner.provider
    }

    /// The store that it acts on.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn SyncStore> {
        &self.inner.store
    }
}

impl Inner {
    pub(crate) fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.clock.now()
    }

    pub(crate) fn tell(&self, event: &Event) {
        self.observer.observe(event);
    }

    pub(crate) fn called(&self, verb: Verb, kind: Option<RecordKind>, members: usize) {
        self.tell(&Event::Called { verb, kind, members });
    }

    pub(crate) fn package_title(&self) -> &'static str {
        self.provider.info().title
    }

    /// Settings, organisation and lists, read anew when they are older than the configuration allows.
    pub(crate) async fn facts(&self) -> Result<Arc<Facts>, EngineError> {
        let now = self.now();
        let remember = chrono::Duration::from_std(self.config.remember).unwrap_or(chrono::Duration::MAX);
        let held = self.held_facts().clone();
        if let Some(facts) = held
            && now.signed_duration_since(facts.loaded_at) < remember
        {
            return Ok(facts);
        }
        let (_, organisation) = self.store.organisation(&self.connection).await?.ok_or(EngineError::NotConnected)?;
        let (settings_version, settings) = self.store.settings(&self.connection).await?.unwrap_or_default();
        let settings = Arc::new(settings);
        let catalogue = self.kept_lists(&self.lists_for_planning()).await?;
        let facts = Arc::new(Facts { settings, settings_version, organisation, catalogue, loaded_at: now });
        *self.held_facts() = Some(Arc::clone(&facts));
        Ok(facts)
    }

    /// The settings alone. Pushing needs no more, so that nothing is lost that a host pushes before it is connected (F10).
    pub(crate) async fn settings(&self) -> Result<Arc<Settings>, EngineError> {
        match self.facts().await {
            Ok(facts) => Ok(Arc::clone(&facts.settings)),
            Err(EngineError::NotConnected) => self.stored_settings().await,
            Err(other) => Err(other),
        }
    }

    async fn stored_settings(&self) -> Result<Arc<Settings>, EngineError> {
        let saved = self.store.settings(&self.connection).await?;
        Ok(Arc::new(saved.map(|(_, settings)| settings).unwrap_or_default()))
    }

    /// Lists of the package as they were last read.
    pub(crate) async fn kept_lists(&self, kinds: &[CatalogueKind]) -> Result<Catalogue, EngineError> {
        let (mut entries, mut read) = (Vec::new(), Vec::new());
        for kind in kinds {
            if let Some((_, list)) = self.store.catalogue(&self.connection, *kind).await? {
                entries.extend(list);
                read.push(*kind);
            }
        }
        Ok(Catalogue::new(entries).of_lists(read))
    }

    /// The package's lists that planning needs.
    pub(crate) fn lists_for_planning(&self) -> Vec<CatalogueKind> {
        // Lines may name items through mappings and defaults in every package, not only where they have to.
        let wanted = [
            CatalogueKind::Accounts,
            CatalogueKind::TaxCodes,
            CatalogueKind::Currencies,
            CatalogueKind::Items,
            CatalogueKind::Terms,
        ];
        wanted.into_iter().filter(|kind| self.provider.capabilities().lists.contains(kind)).collect()
    }

    /// Has the next use read everything anew.
    pub(crate) fn forget_facts(&self) {
        *self.held_facts() = None;
    }

    fn held_facts(&self) -> MutexGuard<'_, Option<Arc<Facts>>> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn context<'a>(
        &'a self,
        facts: &'a Facts,
        around: &'a Surroundings,
        operation: &Operation,
    ) -> Context<'a> {
        let distinct = operation.decisions.iter().any(|taken| taken.decision == Decision::Distinguish);
        Context { distinct, ..self.context_of(facts, around) }
    }

    /// The context of a record that is not, or not yet, an operation.
    pub(crate) fn context_of<'a>(&'a self, facts: &'a Facts, around: &'a Surroundings) -> Context<'a> {
        Context {
            settings: &facts.settings,
            capabilities: self.provider.capabilities(),
            organisation: &facts.organisation,
            catalogue: &facts.catalogue,
            links: &around.links,
            former: &around.former,
            sources: &around.sources,
            billed: &around.billed,
            lent: &around.lent,
            trail: None,
            distinct: false,
            package: self.package_title(),
        }
    }

    pub(crate) async fn link_of(&self, key: &RecordKey) -> Result<Option<Link>, EngineError> {
        Ok(self.store.links(&self.connection, std::slice::from_ref(key)).await?.pop().flatten())
    }

    /// Links of records, in one read; those that have none are left out.
    pub(crate) async fn links_of(&self, mut keys: Vec<RecordKey>) -> Result<BTreeMap<RecordKey, Link>, EngineError> {
        if keys.is_empty() {
            return Ok(BTreeMap::new());
        }
        keys.sort_unstable();
        keys.dedup();
        let found = self.store.links(&self.connection, &keys).await?;
        Ok(keys.into_iter().zip(found).filter_map(|(key, link)| Some((key, link?))).collect())
    }
}
