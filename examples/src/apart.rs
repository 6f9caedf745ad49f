//! An emulated package in a process of its own, so that what is measured here is the client's alone.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{ExitCode, Stdio};
use std::sync::{Arc, Mutex};

use anyhow::Context as _;
use factory_accounting::http::{AppPacer, Limits, SystemClock};
use factory_accounting::ids::ConnectionId;
use factory_accounting::sqlite::{SqliteOptions, SqliteStore};
use factory_accounting_emulator::Package as _;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use url::Url;

use crate::emulator::Start;
use crate::package::{Emulated, Place};
use crate::wiring::{self, Wiring};

/// The running emulator. It ends with this value.
#[derive(Debug)]
pub struct Apart {
    place: Place,
    card: Value,
    host: Url,
    _process: Child,
}

/// The other process: serves an emulator without limits until whoever started it is gone. `fill` goes through its books
/// before anybody calls.
///
/// # Errors
/// The books cannot be filled, or no port opened.
pub async fn serve(
    place: Place,
    redirect_uri: Url,
    fill: impl FnOnce(&mut Emulated) -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    let mut emulator = Emulated::new(&Start { seed: 1, redirect_uri, place });
    emulator.lift_limits();
    fill(&mut emulator)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let card = emulator.card(&format!("http://{}", listener.local_addr()?));
    writeln!(io::stdout(), "{card}")?;
    let parent_gone = async {
        // Standard input ends when the other process does, however it ends.
        let _ = tokio::io::stdin().read(&mut [0]).await;
    };
    factory_accounting_emulator::server::serve(listener, Arc::new(Mutex::new(emulator)), parent_gone).await?;
    Ok(ExitCode::SUCCESS)
}

impl Apart {
    /// Runs this program once more, to [`serve`] for a client that comes back to a redirect URI: with `--serve URL`, the
    /// place, and `more` arguments.
    ///
    /// # Errors
    /// The process does not start, or does not say where it listens.
    pub async fn start(place: Place, redirect_uri: &Url, more: &[&str]) -> anyhow::Result<Self> {
        let (package, country) = (place.package.to_string(), place.country.to_string());
        let mut process = Command::new(std::env::current_exe()?)
            .args(["--serve", redirect_uri.as_str(), "--package", &package, "--country", &country])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("failed to start the emulator")?;
        let out = process.stdout.take().context("the emulator has no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).await?;
        let card: Value = serde_json::from_str(&line).context("the emulator did not start")?;
        let mut host = Url::parse(card["api"].as_str().context("the emulator names no address")?)?;
        host.set_path("/");
        Ok(Self { place, card, host, _process: process })
    }

    /// `http://127.0.0.1:port/`.
    #[must_use]
    pub fn host(&self) -> &Url {
        &self.host
    }

    /// A connection to it over a store in a file. No limits on either side: what is measured is the work, not the waiting.
    ///
    /// # Errors
    /// The store cannot be opened, or the network not be reached.
    pub fn wire(&self, connection: &str, store: &Path) -> anyhow::Result<Wiring> {
        let app = self.place.package.app_of_card(&self.card, &self.host)?.unpaced();
        let store = SqliteStore::open_with(SqliteOptions::file(store).plaintext_tokens())?;
        let transport = wiring::transport(self.place.package)?;
        let mut wiring = Wiring::new(app, ConnectionId::new(connection), store, transport, Arc::new(SystemClock));
        let limits = Limits { windows: Vec::new(), ..wiring.app.limits() };
        wiring.pacer = AppPacer::new(limits, Arc::new(SystemClock));
        Ok(wiring)
    }
}
