//! An emulated package in this process, behind a real port of this machine.

use std::path::Path;

use anyhow::Context as _;
use factory_accounting_emulator::server::{Running, Server};
use factory_accounting_emulator::{FaultRule, Package as _};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::clock::SwiftClock;
use crate::control::Control;
use crate::journal::Journal;
use crate::package::{App, Emulated, Place};

/// What the emulator is made from; kept with its books.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Start {
    /// Derives every id, token and chance.
    pub seed: u64,
    /// Where the browser comes back to.
    pub redirect_uri: Url,
    /// The package, and the country of its company.
    pub place: Place,
}

/// The running emulator.
#[derive(Debug)]
pub struct Emulator {
    running: Running<Journal<Emulated>>,
    host: Url,
    app: App,
}

impl Emulator {
    /// Starts with the books that `kept` holds, or with fresh ones that are kept there; without a file, with books that
    /// nothing outlives.
    ///
    /// # Errors
    /// The file or the port could not be opened.
    pub async fn start(start: Start, clock: SwiftClock, kept: Option<&Path>) -> anyhow::Result<Self> {
        let place = start.place;
        let journal = match kept {
            Some(path) => Journal::kept(path, clock, start, Emulated::new)?,
            None => Journal::in_memory(Emulated::new(&start), clock),
        };
        let card = journal.card("");
        let running = Server::start(journal).await.context("failed to open a loopback port")?;
        let host = Url::parse(&running.base_url())?;
        let app = place.package.app_of_card(&card, &host)?;
        Ok(Self { running, host, app })
    }

    /// `http://127.0.0.1:port/`.
    #[must_use]
    pub fn host(&self) -> &Url {
        &self.host
    }

    /// The app that is registered there, connected to the first organisation.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Whether its books are older than this run.
    #[must_use]
    pub fn has_history(&self) -> bool {
        self.running.emulator().replayed() > 0
    }

    /// Why the books of this run are not kept, should the file have failed.
    #[must_use]
    pub fn lost(&self) -> Option<String> {
        self.running.emulator().lost().map(str::to_owned)
    }

    /// Injects faults.
    pub fn inject(&self, faults: impl IntoIterator<Item = FaultRule>) {
        let mut journal = self.running.emulator();
        faults.into_iter().for_each(|rule| journal.package_mut().inject(rule));
    }

    /// Refuses no call for its number.
    pub fn lift_limits(&self) {
        self.running.emulator().package_mut().lift_limits();
    }

    /// Its control surface.
    #[must_use]
    pub fn control(&self) -> Control {
        Control::at(self.host.clone())
    }

    /// Stops it.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}
