//! Pushes records from a JSON Lines file of any size (docs/format.md).

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use examples::book::Book;
use examples::connection::{ConnectionFile, Secrets};
use examples::console::{finish, say, warn};
use examples::country::Country;
use examples::meter::Meter;
use examples::package::{Choice, Package};
use examples::progress::Progress;
use examples::report;
use examples::wiring::{Stage, Wiring};
use factory_accounting::engine::Engine;
use factory_accounting::model::Record;
use factory_accounting::settings::Settings;

/// Pushes records, one JSON object a line, and sends them until only a person can move what is left.
///
/// Ends with 0 when everything is in the books, 2 when something is parked or waits, 3 when lines could not be read, 1 when
/// it failed. Pushing the same file again sends nothing twice.
#[derive(Debug, Parser)]
struct Cli {
    /// The file; - for standard input.
    file: PathBuf,
    /// Connection file, as `connect` writes it.
    #[arg(long, value_name = "FILE", required_unless_present = "emulator", env = "FA_CONNECTION")]
    config: Option<PathBuf>,
    /// Pushes into an emulated package instead; its books are kept beside the store.
    #[arg(long, conflicts_with = "config")]
    emulator: bool,
    /// The accounting package; the connection's own where a connection file is given.
    #[arg(long, value_enum)]
    package: Option<Package>,
    /// Country of the emulated company; the package's usual one where absent.
    #[arg(long, value_enum, requires = "emulator")]
    country: Option<Country>,
    /// SQLite file with the outbox, with --emulator; factory-accounting-push-PACKAGE-COUNTRY.sqlite3 where absent.
    #[arg(long, value_name = "FILE", requires = "emulator")]
    store: Option<PathBuf>,
    /// JSON file with settings to save before pushing; those in force where absent. Accounts, tax codes and items may be
    /// called by their names there.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(flatten)]
    secrets: Secrets,
}

/// Records pushed in one transaction. What is in memory at any time is this many.
const BATCH: usize = 500;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(run(Cli::parse()).await)
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let stage = if cli.emulator { Some(emulated(&cli).await?) } else { None };
    let wiring = match (&stage, &cli.config) {
        (Some(stage), _) => stage.wiring.clone(),
        (None, Some(path)) => connected(path, &cli)?.prepared().await?,
        (None, None) => anyhow::bail!("give --config FILE or --emulator"),
    };
    let meter = Arc::new(Meter::with_progress(Progress::new("Sending")));
    let engine = wiring.engine(&format!("push-{}", std::process::id()), meter.clone())?;
    let settings = match &cli.settings {
        Some(path) => read_settings(path)?,
        None => engine.settings().await?,
    };
    let organisation = wiring.open(&engine, &settings).await?;
    say(format_args!("Connected {organisation}"))?;

    let bad = if cli.file == Path::new("-") {
        push_lines(&engine, &meter, BufReader::new(io::stdin())).await?
    } else {
        let file = File::open(&cli.file).with_context(|| format!("failed to open {}", cli.file.display()))?;
        push_lines(&engine, &meter, BufReader::new(file)).await?
    };
    let ended = engine.run_until_idle().await?;
    meter.finish();

    let counts = engine.counts().await?;
    say(report::kinds(&meter.read(), &counts))?;
    let parked = engine.attention().await?;
    if !parked.is_empty() {
        say(format_args!("\nWaiting for a person: {}\n{}", parked.len(), report::parked(&parked)))?;
    }
    if let Some(state) = &ended.resting {
        say(report::resting(state))?;
    }
    if bad > 0 {
        say(format_args!("{bad} lines could not be read; see standard error. The others were pushed."))?;
    }
    if let Some(stage) = stage {
        stage.emulator.stop().await;
    }
    let waiting: u64 = counts.iter().filter(|((_, state), _)| !state.starts_with("done")).map(|(_, count)| count).sum();
    Ok(match () {
        () if bad > 0 => ExitCode::from(3),
        () if waiting > 0 => ExitCode::from(2),
        () => ExitCode::SUCCESS,
    })
}

async fn emulated(cli: &Cli) -> anyhow::Result<Stage> {
    let choice = Choice { package: cli.package.unwrap_or_default(), country: cli.country };
    let place = choice.place()?;
    let store = cli.store.clone().unwrap_or_else(|| format!("factory-accounting-push-{place}.sqlite3").into());
    Stage::kept(place, &store).await
}

fn connected(path: &Path, cli: &Cli) -> anyhow::Result<Wiring> {
    let file = ConnectionFile::read(path)?;
    if let Some(package) = cli.package.filter(|package| *package != file.package) {
        let (at, own) = (path.display(), file.package.title());
        anyhow::bail!("{at} is a connection to {own}, not to {}: leave --package away", package.title());
    }
    Wiring::real(&file, &cli.secrets)
}

fn read_settings(path: &Path) -> anyhow::Result<Settings> {
    let at = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("failed to read {at}"))?;
    serde_json::from_str(&text).with_context(|| format!("{at} holds no settings"))
}

/// Pushes line by line, in batches; sends as it goes, so that the queue does not grow with the file. Returns how many lines
/// could not be read.
async fn push_lines(engine: &Engine, meter: &Meter, reader: impl BufRead) -> anyhow::Result<u64> {
    let mut batch: Vec<Record> = Vec::with_capacity(BATCH);
    let mut bad = 0;
    for line in Book::new(reader) {
        match line.context("failed to read on")? {
            Ok(record) => batch.push(record),
            Err(line) => {
                bad += 1;
                warn(line);
            }
        }
        if batch.len() == BATCH {
            push(engine, meter, &mut batch).await?;
            engine.run_once().await?;
        }
    }
    push(engine, meter, &mut batch).await?;
    Ok(bad)
}

async fn push(engine: &Engine, meter: &Meter, batch: &mut Vec<Record>) -> anyhow::Result<()> {
    let records = std::mem::replace(batch, Vec::with_capacity(BATCH));
    let tickets = engine.push_all(records.clone()).await?;
    meter.pushed(&records, &tickets);
    Ok(())
}
