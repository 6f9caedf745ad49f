//! What an import costs: a hundred thousand customers read into a SQLite store, taken over, and picked from; the picker
//! beside a bare statement over the same rows.
//!
//! The emulator runs in a process of its own, so that what is measured is the client's.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::bail;
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use clap::Parser;
use examples::apart::{self, Apart};
use examples::console::{finish, say};
use examples::cost::{cpu_time, peak_memory};
use examples::package::{Choice, Emulated, Place, stranger};
use examples::report::measures;
use examples::sign_in::RedirectListener;
use examples::wiring;
use factory_accounting::clock::Clock as _;
use factory_accounting::engine::{Engine, Event, ImportAnswer, ImportAsk, ImportHost, Observer};
use factory_accounting::http::SystemClock;
use factory_accounting::ids::LocalId;
use factory_accounting::model::RecordKind;
use factory_accounting::provider::CatalogueKind;
use factory_accounting::sqlite::rusqlite::Connection;
use factory_accounting::store::{CandidateFilter, CandidateQuery, CandidateSort, ImportSelection};
use factory_accounting_emulator::{Outcome, Package as _};
use serde_json::Value;
use url::Url;

/// Measures what an import costs. Run it with --release.
#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    choice: Choice,
    /// How many customers.
    #[arg(long, default_value_t = 100_000)]
    customers: u64,
    /// How many times the picker is asked.
    #[arg(long, default_value_t = 2_000)]
    questions: usize,
    /// Serves the emulator to the measuring process, for a client that comes back to this redirect URI.
    #[arg(long, hide = true, value_name = "URL")]
    serve: Option<Url>,
}

const ROLE: RecordKind = RecordKind::Customer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    finish(run(Cli::parse()).await)
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let place = cli.choice.place()?;
    match &cli.serve {
        Some(redirect_uri) => {
            apart::serve(place, redirect_uri.clone(), |emulator| fill(emulator, place, cli.customers)).await
        }
        None => measure(place, &cli).await,
    }
}

/// Makes the books full of customers.
fn fill(emulator: &mut Emulated, place: Place, customers: u64) -> anyhow::Result<()> {
    let ledger = answered(emulator, http::Request::get("http://127.0.0.1/_emulator/ledger").body(Bytes::new())?)?;
    for number in 0..customers {
        let action = place.newcomer(&stranger(number), &ledger)?;
        let request = http::Request::post("http://127.0.0.1/_emulator/act").header("content-type", "application/json");
        answered(emulator, request.body(action.to_string().into())?)?;
    }
    Ok(())
}

fn answered(emulator: &mut Emulated, request: http::Request<Bytes>) -> anyhow::Result<Value> {
    match emulator.handle(request, SystemClock.now()) {
        Outcome::Reply(reply) if reply.status().is_success() => Ok(serde_json::from_slice(reply.body())?),
        other => bail!("the emulator would not: {other:?}"),
    }
}

/// Counts calls, and the longest silence between two events.
#[derive(Debug, Default)]
struct Watch {
    calls: Mutex<u64>,
    heard: Mutex<Option<DateTime<Utc>>>,
    silence: Mutex<Duration>,
}

impl Watch {
    fn calls(&self) -> u64 {
        *self.calls.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn silence(&self) -> Duration {
        *self.silence.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Observer for Watch {
    fn observe(&self, event: &Event) {
        match event {
            Event::Called { .. } => *self.calls.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += 1,
            Event::ListPage { .. } | Event::ListAwaited { .. } | Event::Import { .. } => {
                let now = SystemClock.now();
                let mut heard = self.heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let before = heard.replace(now).unwrap_or(now);
                let waited = (now - before).to_std().unwrap_or_default();
                let mut silence = self.silence.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                *silence = waited.max(*silence);
            }
            _ => {}
        }
    }
}

/// A host whose records have the ids of the package's.
struct Everybody;

#[async_trait]
impl ImportHost for Everybody {
    async fn create_local(&self, ask: ImportAsk<'_>) -> Result<ImportAnswer, String> {
        Ok(ImportAnswer::Created(LocalId::new(ask.party.id.as_str())))
    }
}

async fn measure(place: Place, cli: &Cli) -> anyhow::Result<ExitCode> {
    let listener = RedirectListener::on_free_port().await?;
    let customers = cli.customers.to_string();
    let emulator = Apart::start(place, listener.redirect_uri(), &["--customers", &customers]).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("import.sqlite3");
    let wiring = emulator.wire("import", &file)?;
    wiring::sign_in(&wiring, &listener).await?;
    let wiring = wiring.prepared().await?;
    let watch = Arc::new(Watch::default());
    let engine = wiring.engine("import", watch.clone())?;
    engine.connect().await?;

    say(format_args!("{}, emulated in another process", place.package.title()))?;
    let mut rows = Vec::new();
    let (begun, calls) = (SystemClock.now(), watch.calls());
    engine.refresh(&[CatalogueKind::Parties]).await?;
    rows.push(row("read", begun, watch.calls() - calls));
    let (begun, calls) = (SystemClock.now(), watch.calls());
    let report = engine.import(ROLE, ImportSelection::All, &Everybody).await?;
    rows.push(row("taken over", begun, watch.calls() - calls));
    if report.tally.created < cli.customers {
        bail!("not all were taken over: {report:?}");
    }
    let (begun, calls) = (SystemClock.now(), watch.calls());
    engine.import(ROLE, ImportSelection::All, &Everybody).await?;
    rows.push(row("the same again", begun, watch.calls() - calls));
    say(measures(["", "seconds", "calls"], &rows))?;
    let megabytes = |bytes: u64| bytes.div_ceil(1 << 20);
    let memory = peak_memory().map_or_else(|| "(Linux only)".to_owned(), |bytes| megabytes(bytes).to_string());
    let (cpu, on_disk) = (cpu_time().unwrap_or_default(), megabytes(std::fs::metadata(&file)?.len()));
    say(format_args!(
        "{} customers; peak memory {memory} MB; CPU {} s; longest silence {} ms; {on_disk} MB on disk",
        report.tally.created,
        cpu.as_secs(),
        watch.silence().as_millis(),
    ))?;
    pick(&engine, &file, cli.questions).await?;
    Ok(ExitCode::SUCCESS)
}

fn row(what: &str, begun: DateTime<Utc>, calls: u64) -> [String; 3] {
    let took = SystemClock.now() - begun;
    [what.to_owned(), format!("{}.{}", took.num_seconds(), took.num_milliseconds() % 1_000 / 100), calls.to_string()]
}

/// What people type: nothing, one letter, what everybody has, what few have, parts of numbers, several words, what nobody has.
const SEARCHES: [&str; 12] =
    ["", "h", "l", "ltd", "hale", "kitchens", "hale kit", "0123", "info77", "021555", "zeta doors ltd", "nobody"];

/// Asks the picker in every order, both ways, for first pages and for pages deep inside.
async fn pick(engine: &Engine, file: &Path, questions: usize) -> anyhow::Result<()> {
    let sorts = [CandidateSort::Name, CandidateSort::Email, CandidateSort::Updated, CandidateSort::State];
    let bare = Connection::open(file)?;
    let mut plain = bare.prepare(
        "SELECT p.remote, e.entry FROM fa_party p JOIN fa_party_entry e ON e.party = p.id ORDER BY p.name LIMIT 50",
    )?;
    let (mut took, mut bare_took) = (Vec::with_capacity(questions), Vec::with_capacity(questions));
    let mut slowest = (Duration::ZERO, String::new());
    let mut after = None;
    for at in 0..questions {
        let states = if at % 7 == 6 { BTreeSet::from([CandidateFilter::PreviouslyImported]) } else { BTreeSet::new() };
        let query = CandidateQuery {
            search: SEARCHES[at / 8 % SEARCHES.len()].to_owned(),
            sort: sorts[at / 2 % sorts.len()],
            descending: at / 4 % 2 == 1,
            // Every other question goes on behind the page before.
            after: if at % 2 == 1 { after.take() } else { None },
            states,
            ..CandidateQuery::new(ROLE)
        };
        let begun = SystemClock.now();
        let page = engine.candidates(query.clone()).await?;
        let waited = (SystemClock.now() - begun).to_std().unwrap_or_default();
        if waited > slowest.0 {
            slowest = (waited, format!("{:?} by {:?}, descending {}", query.search, query.sort, query.descending));
        }
        took.push(waited);
        after = page.next;
        let begun = SystemClock.now();
        plain.query_map([], |row| row.get::<_, String>(1))?.collect::<Result<Vec<_>, _>>()?;
        bare_took.push((SystemClock.now() - begun).to_std().unwrap_or_default());
    }
    took.sort();
    bare_took.sort();
    let at = |sorted: &[Duration], per_cent: usize| {
        let index = (sorted.len() * per_cent / 100).min(sorted.len().saturating_sub(1));
        format!("{} µs", sorted.get(index).copied().unwrap_or_default().as_micros())
    };
    let line = |what: &str, per_cent| [what.to_owned(), at(&took, per_cent), at(&bare_took, per_cent)];
    say(measures(
        ["a page of the picker", "picker", "bare SELECT"],
        &[line("half within", 50), line("99 % within", 99)],
    ))?;
    say(format_args!("slowest: {} ms, {}", slowest.0.as_millis(), slowest.1))?;
    Ok(())
}
