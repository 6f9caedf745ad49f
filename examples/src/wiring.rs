//! Putting an engine together: store, network, package, clock.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use factory_accounting::clock::Clock;
use factory_accounting::engine::{Engine, EngineError, Observer};
use factory_accounting::http::{AppPacer, ReqwestTransport, SystemClock, Transport};
use factory_accounting::ids::{ConnectionId, WorkerId};
use factory_accounting::settings::Settings;
use factory_accounting::sqlite::{SqliteOptions, SqliteStore};
use factory_accounting::token::TokenStore as _;
use url::Url;

use crate::choosing;
use crate::clock::SwiftClock;
use crate::connection::{ConnectionFile, Secrets};
use crate::emulator::{Emulator, Start};
use crate::package::{App, Package, Place, Seams};
use crate::sign_in::{RedirectListener, press_allow};

/// How long to wait where the package does not say.
const A_MINUTE: Duration = Duration::from_secs(60);

/// Everything that an engine for one connection is made from.
#[derive(Clone, Debug)]
pub struct Wiring {
    /// The app and the organisation.
    pub app: App,
    /// The connection's id.
    pub connection: ConnectionId,
    /// The store.
    pub store: SqliteStore,
    /// The network.
    pub transport: Arc<dyn Transport>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The app's limits, shared by every engine of this program.
    pub pacer: AppPacer,
}

impl Wiring {
    /// A connection with the limits that its app has at the package.
    #[must_use]
    pub fn new(
        app: App,
        connection: ConnectionId,
        store: SqliteStore,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let pacer = AppPacer::new(app.limits(), Arc::clone(&clock));
        Self { app, connection, store, transport, clock, pacer }
    }

    /// A connection that `connect` has made.
    ///
    /// # Errors
    /// The store cannot be opened, or a secret is missing.
    pub fn real(file: &ConnectionFile, secrets: &Secrets) -> anyhow::Result<Self> {
        let options = SqliteOptions::file(&file.store).token_key(secrets.token_key()?);
        let store =
            SqliteStore::open_with(options).with_context(|| format!("failed to open {}", file.store.display()))?;
        let app = file.app(secrets.client_secret(file.package)?)?;
        Ok(Self::new(app, file.connection.clone(), store, transport(file.package)?, Arc::new(SystemClock)))
    }

    /// The same over a store that was opened anew, as a restarted program would.
    ///
    /// # Errors
    /// The store cannot be opened.
    pub fn reopened(&self, store: &Path) -> anyhow::Result<Self> {
        let store = SqliteStore::open_with(SqliteOptions::file(store).plaintext_tokens())?;
        Ok(Self { store, ..self.clone() })
    }

    /// The same with what the organisation says of itself, once it is signed in.
    ///
    /// # Errors
    /// The organisation could not be asked.
    pub async fn prepared(self) -> anyhow::Result<Self> {
        let app = self.app.clone().prepared(self.seams("prepare")).await?;
        Ok(Self { app, ..self })
    }

    /// An engine under a worker's name.
    ///
    /// # Errors
    /// The configuration is not one that a provider can be made from.
    pub fn engine(&self, worker: &str, observer: Arc<dyn Observer>) -> anyhow::Result<Engine> {
        let store = Arc::new(self.store.clone());
        let provider = self.app.provider(self.seams(worker))?;
        Ok(Engine::builder(self.connection.clone(), provider, store, Arc::clone(&self.clock))
            .worker(worker)
            .observer(observer)
            .build())
    }

    /// Opens the connection and saves the settings, unless they are the ones in force. What the settings call by its name is
    /// looked up in the package's lists ([`choosing`]). A package that cannot answer now is asked again, within reason: a
    /// program that has just ended may have used up the limits.
    ///
    /// # Errors
    /// The package cannot be reached, or the store failed.
    pub async fn open(&self, engine: &Engine, settings: &Settings) -> anyhow::Result<String> {
        let mut tries = 1;
        let organisation = loop {
            match engine.connect().await {
                Err(EngineError::Provider(error)) if error.kind().is_transient() && tries < 4 => {
                    tries += 1;
                    self.clock.sleep(error.retry_after().unwrap_or(A_MINUTE)).await;
                }
                connected => break connected?,
            }
        };
        let settings = choosing::by_name(engine, settings.clone()).await?;
        if engine.settings().await? != settings {
            engine.save_settings(settings).await?;
        }
        Ok(organisation.name)
    }

    /// What a provider or a sign-in of this connection is made of.
    #[must_use]
    pub fn seams(&self, worker: &str) -> Seams {
        Seams {
            transport: Arc::clone(&self.transport),
            store: Arc::new(self.store.clone()),
            connection: self.connection.clone(),
            worker: WorkerId::new(worker),
            clock: Arc::clone(&self.clock),
            pacer: self.pacer.clone(),
        }
    }
}

/// The real network, as a package wants to be spoken to.
///
/// # Errors
/// TLS cannot be set up.
pub fn transport(package: Package) -> anyhow::Result<Arc<dyn Transport>> {
    let agent = concat!("factory-accounting-examples/", env!("CARGO_PKG_VERSION"));
    let builder = ReqwestTransport::builder(agent);
    let builder = if package.wants_http1() { builder.http1_only() } else { builder };
    Ok(Arc::new(builder.build()?))
}

/// The emulator with a signed-in connection to its first organisation.
#[derive(Debug)]
pub struct Stage {
    /// The emulator.
    pub emulator: Emulator,
    /// The connection.
    pub wiring: Wiring,
    /// The time of both.
    pub clock: SwiftClock,
}

/// The examples' connection to the emulator. A host makes a new UUID for each connection.
const CONNECTION: &str = "7b0a53a2-2f1c-4c35-9a53-0d7f0a6c1e11";

impl Stage {
    /// Opens `store` beside the emulator's books, which are kept next to it; a store that is new finds new books.
    ///
    /// # Errors
    /// Store and books do not belong together, or one of them cannot be opened.
    pub async fn kept(place: Place, store: &Path) -> anyhow::Result<Self> {
        let books = books_beside(store);
        if store.exists() != books.exists() {
            let (there, gone) = if store.exists() { (store, &*books) } else { (&*books, store) };
            anyhow::bail!(
                "{} is there but {} is not: what one has linked, the other does not know. Start with --fresh",
                there.display(),
                gone.display()
            );
        }
        Self::set(place, SqliteOptions::file(store), Some(&books), 1).await
    }

    /// Opens a store and books that nothing outlives.
    ///
    /// # Errors
    /// A port or the store cannot be opened.
    pub async fn passing(place: Place, store: &Path, seed: u64) -> anyhow::Result<Self> {
        Self::set(place, SqliteOptions::file(store), None, seed).await
    }

    async fn set(place: Place, store: SqliteOptions, books: Option<&Path>, seed: u64) -> anyhow::Result<Self> {
        let clock = SwiftClock::default();
        let listener = RedirectListener::on_free_port().await?;
        let start = Start { seed, redirect_uri: listener.redirect_uri().clone(), place };
        let emulator = Emulator::start(start, clock.clone(), books).await?;
        if !emulator.has_history() {
            place.furnish(&emulator.control()).await?;
        }
        let app = emulator.app().clone();
        // The emulator's tokens open nothing, so they may lie open.
        let store = SqliteStore::open_with(store.plaintext_tokens())?;
        let wiring =
            Wiring::new(app, ConnectionId::new(CONNECTION), store, transport(place.package)?, Arc::new(clock.clone()));
        if wiring.store.load(&wiring.connection).await?.is_none() {
            sign_in(&wiring, &listener).await?;
        }
        let wiring = wiring.prepared().await?;
        Ok(Self { emulator, wiring, clock })
    }
}

/// Where the emulator's books are kept.
#[must_use]
pub fn books_beside(store: &Path) -> std::path::PathBuf {
    store.with_extension("books.jsonl")
}

/// Signs in to the emulator: the whole authorisation code flow, the person's part included.
///
/// # Errors
/// The emulator or the store cannot be reached.
pub async fn sign_in(wiring: &Wiring, listener: &RedirectListener) -> anyhow::Result<()> {
    let authoriser = wiring.app.authoriser(wiring.seams("sign-in"))?;
    let begun = authoriser.begin();
    let url: Url = begun.url.clone();
    let (back, pressed) = tokio::join!(listener.wait(), press_allow(&url));
    pressed?;
    authoriser.finish(&begun, &back?).await?;
    Ok(())
}
